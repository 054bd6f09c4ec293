// Media in JavaScript with nothing around it: one read of the bucket, streamed.

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const key = new URL(request.url).pathname.slice(1);
    const isRange = request.headers.has("range");
    const object = await env.MEDIA.get(key, isRange ? { range: request.headers } : {});
    if (!object) return new Response(null, { status: 404 });
    return new Response(object.body, { status: isRange ? 206 : 200 });
  },
};

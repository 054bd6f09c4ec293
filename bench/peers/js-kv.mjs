// A short link in JavaScript without clicks: one KV read, then the redirect.

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const code = new URL(request.url).pathname.slice(1);
    const record = await env.METADATA.get(`link:${code}`, "json");
    if (!record) return new Response(null, { status: 404 });
    return new Response(null, { status: 302, headers: { location: record.target } });
  },
};

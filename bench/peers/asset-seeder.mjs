// Puts an approved asset of any size where the edge looks for it: its record into KV, its bytes into the bucket.

const STEP_BYTES = 64 * 1024;

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const { assetId, bytes } = await request.json();
    const content = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += STEP_BYTES) crypto.getRandomValues(content.subarray(at, at + STEP_BYTES));
    const sha256 = hex(await crypto.subtle.digest("SHA-256", content));
    const record = {
      asset_id: assetId,
      sha256,
      content_type: "image/gif",
      extension: "gif",
      bytes,
      created_at: 1_790_000_000,
      state: "approved",
      visibility: "public",
    };
    await env.MEDIA.put(`media/${assetId}/original.gif`, content);
    await env.METADATA.put(`asset:${assetId}`, JSON.stringify(record));
    return Response.json({ sha256 });
  },
};

/** @param {ArrayBuffer} digest */
function hex(digest) {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

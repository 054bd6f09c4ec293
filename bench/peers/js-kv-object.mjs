// A short link in JavaScript that counts: one KV read, the redirect, and one object call a click beside it.

import { DurableObject } from "cloudflare:workers";

export class Counter extends DurableObject {
  async increment() {
    const clicks = ((await this.ctx.storage.get("clicks")) ?? 0) + 1;
    await this.ctx.storage.put("clicks", clicks);
    return clicks;
  }

  async clicks() {
    return (await this.ctx.storage.get("clicks")) ?? 0;
  }
}

export default {
  /** @param {Request} request @param {any} env @param {any} ctx */
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    const [code, question] = pathname.slice(1).split("/");
    if (question === "clicks") return Response.json(await env.COUNTER.getByName(code).clicks());
    const record = await env.METADATA.get(`link:${code}`, "json");
    if (!record) return new Response(null, { status: 404 });
    ctx.waitUntil(env.COUNTER.getByName(code).increment());
    return new Response(null, { status: 302, headers: { location: record.target } });
  },
};

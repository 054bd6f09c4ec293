// The engine's own Worker: holds every binding of every Worker, for the control channel, and the clock of KV
// writes, which production limits to one a second a key across all Workers.

import { WorkerEntrypoint } from "cloudflare:workers";

const KV_WRITE_INTERVAL_MS = 1000;
const ENGINE_METHOD = "__localEdge__";

/** @type {Map<string, number>} */
const lastWrites = new Map();

export default class Admin extends WorkerEntrypoint {
  /** Tell whether a KV key may be written now, and remember that it was.
   * @param {string} namespace @param {string} key */
  mayWrite(namespace, key) {
    const now = Date.now();
    const id = `${namespace}/${key}`;
    if (now - (lastWrites.get(id) ?? -KV_WRITE_INTERVAL_MS) < KV_WRITE_INTERVAL_MS) return false;
    lastWrites.set(id, now);
    return true;
  }

  /** The control channel: one JSON request, one JSON answer.
   * @param {Request} request */
  async fetch(request) {
    const { op, ...parameters } = await request.json();
    const operation = /** @type {any} */ (operations)[op];
    if (!operation) return new Response(`unknown operation ${op}`, { status: 404 });
    try {
      return Response.json({ value: (await operation(this.env, parameters)) ?? null });
    } catch (error) {
      const failure = /** @type {any} */ (error);
      return Response.json({ error: String(failure?.stack ?? failure) }, { status: 500 });
    }
  }
}

/** @param {any} env @param {string} namespace @param {string} id */
function objectStub(env, namespace, id) {
  const objects = env[`object:${namespace}`];
  if (!objects) throw new Error(`no Durable Object class ${namespace}`);
  return objects.get(objects.idFromString(id));
}

const operations = {
  /** @param {any} env @param {{ worker: string }} request */
  boot: (env, { worker }) => env[`worker:${worker}`][ENGINE_METHOD]({ op: "boot" }),

  /** @param {any} env @param {{ worker: string }} request */
  coverage: (env, { worker }) => env[`worker:${worker}`][ENGINE_METHOD]({ op: "coverage" }),

  /** @param {any} env @param {{ worker: string }} request */
  calls: (env, { worker }) => env[`worker:${worker}`][ENGINE_METHOD]({ op: "calls" }),

  /** @param {any} env @param {{ worker: string }} request */
  ran: (env, { worker }) => env[`worker:${worker}`][ENGINE_METHOD]({ op: "ran" }),

  /** @param {any} env @param {{ worker: string, faults: any[] }} request */
  faults: (env, { worker, faults }) => env[`worker:${worker}`][ENGINE_METHOD]({ op: "faults", faults }),

  /** @param {any} env @param {{ worker: string }} request */
  "faults-met": (env, { worker }) => env[`worker:${worker}`][ENGINE_METHOD]({ op: "faults-met" }),

  /** @param {any} env @param {{ cls: string, name: string, sql: string, parameters?: any[] }} request */
  sql(env, { cls, name, sql, parameters }) {
    const id = env[`object:${cls}`].idFromName(name).toString();
    return objectStub(env, cls, id)[ENGINE_METHOD]({ op: "sql", sql, parameters });
  },

  /** Call a method of a Durable Object as a Worker would.
   * @param {any} env @param {{ cls: string, name: string, method: string, args?: any[] }} request */
  object: (env, { cls, name, method, args }) => env[`object:${cls}`].getByName(name)[method](...(args ?? [])),

  /** Forget every key, every R2 object and every Durable Object.
   * @param {any} env @param {{ objects: { cls: string, id: string }[] }} request */
  async reset(env, { objects }) {
    lastWrites.clear();
    const erasures = objects.map(({ cls, id }) => eraseObject(env, cls, id));
    for (const [name, binding] of Object.entries(env)) {
      if (name.startsWith("kv:")) erasures.push(eraseKv(binding));
      if (name.startsWith("r2:")) erasures.push(eraseR2(binding));
    }
    await Promise.all(erasures);
  },

  /** Forget some Durable Objects.
   * @param {any} env @param {{ objects: { cls: string, id: string }[] }} request */
  erase: (env, { objects }) => Promise.all(objects.map(({ cls, id }) => eraseObject(env, cls, id))),

  /** @param {any} env @param {{ namespace: string, method: string, args: any[] }} request */
  async kv(env, { namespace, method, args }) {
    const result = await env[`kv:${namespace}`][method](...args);
    return result;
  },

  /** Bytes travel as base64.
   * @param {any} env @param {{ bucket: string, method: string, key: string, body?: string, options?: any }} request */
  async r2(env, { bucket, method, key, body, options }) {
    const storage = env[`r2:${bucket}`];
    if (method === "put") {
      const { size, etag } = await storage.put(
        key,
        Uint8Array.from(atob(body ?? ""), (c) => c.charCodeAt(0)),
        options,
      );
      return { size, etag };
    }
    if (method === "get") {
      const object = await storage.get(key);
      if (!object) return null;
      const bytes = new Uint8Array(await object.arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      return { body: btoa(text), httpMetadata: object.httpMetadata, customMetadata: object.customMetadata };
    }
    if (method === "list") {
      const { objects } = await storage.list(options);
      return objects.map((/** @type {any} */ object) => object.key);
    }
    return storage.delete(key);
  },
};

/** @param {any} env @param {string} cls @param {string} id */
async function eraseObject(env, cls, id) {
  try {
    await objectStub(env, cls, id)[ENGINE_METHOD]({ op: "reset" });
  } catch (error) {
    if (!/local edge reset/.test(String(error))) throw error;
  }
}

/** @param {any} namespace */
async function eraseKv(namespace) {
  for (let page = await namespace.list(); ; page = await namespace.list({ cursor: page.cursor })) {
    await Promise.all(page.keys.map((/** @type {{ name: string }} */ { name }) => namespace.delete(name)));
    if (page.list_complete) return;
  }
}

/** @param {any} bucket */
async function eraseR2(bucket) {
  for (;;) {
    const { objects, truncated } = await bucket.list();
    if (objects.length) await bucket.delete(objects.map((/** @type {{ key: string }} */ { key }) => key));
    if (!truncated) return;
  }
}

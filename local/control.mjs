// The control channel of the harness: JSON over HTTP on loopback.

import http from "node:http";
import { memoryOfIsolates } from "./inspector.mjs";

/** @typedef {import("./engine.mjs").Engine} Engine */

/**
 * Serve the control channel; return its address.
 * @param {Engine} engine
 * @param {string[]} logs lines the Workers printed, oldest first; reading takes them away
 * @returns {Promise<string>}
 */
export async function startControl(engine, logs) {
  const operations = controlOperations(engine, logs);
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    try {
      const operation = operations[(request.url ?? "/").slice(1)];
      if (!operation) throw new Error(`unknown operation ${request.url}`);
      const value = await operation(JSON.parse(Buffer.concat(chunks).toString() || "{}"));
      response.end(JSON.stringify({ value: value ?? null }));
    } catch (error) {
      response.statusCode = 500;
      response.end(JSON.stringify({ error: String(/** @type {Error} */ (error).stack ?? error) }));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${address.port}`;
}

/** @param {Engine} engine @param {string[]} logs @returns {Record<string, (request: any) => Promise<any>>} */
function controlOperations(engine, logs) {
  return {
    async reset() {
      await engine.reset();
      logs.length = 0;
    },
    logs: async () => logs.splice(0),
    reload: () => engine.reload(),

    /** Deliver a batch to a queue consumer and tell what became of it. */
    async queue({ worker, queue, messages }) {
      const target = /** @type {any} */ (await engine.miniflare.getWorker(worker));
      const batch = messages.map((/** @type {any} */ message, /** @type {number} */ index) => ({
        id: String(index),
        attempts: 1,
        ...message,
        timestamp: new Date(message.timestamp ?? Date.now()),
      }));
      return target.queue(queue, batch);
    },

    async scheduled({ worker, cron, time }) {
      const target = /** @type {any} */ (await engine.miniflare.getWorker(worker));
      return target.scheduled({ cron, scheduledTime: new Date(time ?? Date.now()) });
    },

    memory: () => memoryOfIsolates(engine),
    ...Object.fromEntries(
      ["kv", "r2", "sql", "object", "coverage", "calls", "faults", "faults-met", "boot"].map((op) => [
        op,
        (request) => engine.admin(op, request),
      ]),
    ),
  };
}

// How much memory each isolate uses, read through workerd's inspector.

/**
 * @typedef {object} IsolateMemory
 * @property {number} heapBytes JavaScript objects in use
 * @property {number} wasmBytes Python's linear memory
 * @property {number} totalBytes what counts against production's limit for an isolate
 */

/**
 * @param {import("./engine.mjs").Engine} engine
 * @returns {Promise<Record<string, IsolateMemory>>}
 */
export async function memoryOfIsolates(engine) {
  const address = await engine.miniflare.getInspectorURL();
  /** @type {Record<string, IsolateMemory>} */
  const report = {};
  for (const { name } of engine.configs) {
    const { wasmBytes } = await engine.admin("boot", { worker: name });
    const { usedSize } = await heapUsage(new URL(`/core:user:${name}`, address));
    report[name] = { heapBytes: usedSize, wasmBytes, totalBytes: usedSize + wasmBytes };
  }
  return report;
}

/** @param {URL} address @returns {Promise<{ usedSize: number }>} */
function heapUsage(address) {
  const url = new URL(address);
  url.protocol = "ws:";
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onerror = () => reject(new Error(`the inspector at ${url} does not answer`));
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: "Runtime.getHeapUsage" }));
    socket.onmessage = ({ data }) => {
      const answer = JSON.parse(String(data));
      if (answer.id !== 1) return;
      socket.close();
      if (answer.error) reject(new Error(answer.error.message));
      else resolve(answer.result);
    };
  });
}

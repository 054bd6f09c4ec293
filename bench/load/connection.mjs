// One keep-alive connection that asks and reads to the answer's end. Node's own client costs more than the Workers
// that are measured with it, and would take their CPU.

import net from "node:net";

const HEAD_END = "\r\n\r\n";
const CHUNKS_END = "0\r\n\r\n";

export class Connection {
  /** @type {net.Socket | undefined} */
  #socket;
  #received = "";
  /** @type {((outcome: number | string) => void) | undefined} */
  #resolve;
  #hasBody = true;

  /** @param {URL} origin */
  constructor(origin) {
    this.origin = origin;
  }

  /** Send a request; return the answer's status, or why there is none.
   * @param {string} method @param {string} path @param {string} headers lines as they are sent
   * @returns {Promise<number | string>} */
  ask(method, path, headers) {
    this.#hasBody = method !== "HEAD";
    this.#received = "";
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#socket ??= this.#open();
      this.#socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${this.origin.host}\r\n${headers}\r\n`, "latin1");
    });
  }

  close() {
    this.#socket?.destroy();
  }

  #open() {
    const socket = net.connect({ host: this.origin.hostname, port: Number(this.origin.port), noDelay: true });
    socket.setEncoding("latin1");
    socket.on("data", (/** @type {string} */ text) => {
      this.#received += text;
      const status = statusOfWhole(this.#received, this.#hasBody);
      if (status) this.#settle(status);
    });
    socket.on("error", ({ message }) => this.#end(socket, message));
    socket.on("close", () => this.#end(socket, "the connection was closed"));
    return socket;
  }

  /** @param {net.Socket} socket @param {string} reason */
  #end(socket, reason) {
    if (this.#socket !== socket) return; // an error comes before its close, when there may be a new socket
    this.#socket = undefined;
    this.#settle(reason);
  }

  /** @param {number | string} outcome */
  #settle(outcome) {
    this.#resolve?.(outcome);
    this.#resolve = undefined;
  }
}

/** The status of an answer that is there to its end; 0 while it is not.
 * @param {string} text @param {boolean} hasBody */
export function statusOfWhole(text, hasBody) {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return 0;
  const status = Number(text.slice(9, 12));
  const head = text.slice(0, headEnd).toLowerCase();
  const bodyStart = headEnd + HEAD_END.length;
  if (!hasBody || status === 204 || status === 304) return status;
  if (/\r\ntransfer-encoding: *chunked/.test(head)) return text.endsWith(CHUNKS_END) ? status : 0;
  const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0);
  return text.length - bodyStart >= length ? status : 0;
}

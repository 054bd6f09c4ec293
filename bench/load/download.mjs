// Downloads on keep-alive connections that count bytes and keep none: joining 50 MB would cost more than serving it.

import { createHash } from "node:crypto";
import net from "node:net";
import { percentile, round } from "../statistics.mjs";

const HEAD_END = "\r\n\r\n";
const MEGABYTE = 1_000_000;

/**
 * @typedef {object} Download
 * @property {string} origin
 * @property {string} path
 * @property {number} status what a right answer has
 * @property {number} bytes how many a right answer has
 * @property {string} [range]
 *
 * @typedef {{ answered: number, failed: number, rps: number, mb_s: number, p50_ms: number, p99_ms: number }} Downloaded
 */

/** Each connection asks again as soon as it has all bytes, for so many seconds.
 * @param {Download} download @param {{ connections: number, seconds?: number, requests?: number }} bounds
 * @returns {Promise<Downloaded>} */
export async function downloads(download, { connections, seconds = Infinity, requests = Infinity }) {
  /** @type {number[]} */
  const latencies = [];
  let begun = 0;
  let failed = 0;
  const started = performance.now();
  const isOver = () => begun >= requests || performance.now() - started >= seconds * 1000;
  const askOnAndOn = async () => {
    let socket = connect(download.origin);
    while (!isOver()) {
      begun += 1;
      const asked = performance.now();
      const { status, bytes } = await fetchOnce(socket, download);
      if (status === download.status && bytes === download.bytes) latencies.push(performance.now() - asked);
      else failed += 1;
      if (!status) socket = connect(download.origin);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, askOnAndOn));
  const elapsedSeconds = (performance.now() - started) / 1000;
  const answered = latencies.length;
  if (!answered) throw new Error(`${download.origin}${download.path} gave no right answer`);
  return {
    answered,
    failed,
    rps: round(answered / elapsedSeconds, 1),
    mb_s: round((answered * download.bytes) / MEGABYTE / elapsedSeconds, 1),
    p50_ms: round(percentile(latencies, 0.5), 2),
    p99_ms: round(percentile(latencies, 0.99), 2),
  };
}

/** The SHA-256 of what one answer holds.
 * @param {Download} download */
export async function hashOf(download) {
  const hash = createHash("sha256");
  const socket = connect(download.origin);
  const { status, bytes } = await fetchOnce(socket, download, (piece) => hash.update(piece));
  socket.destroy();
  if (status !== download.status || bytes !== download.bytes)
    throw new Error(`${download.origin}${download.path} answered ${status} with ${bytes} bytes`);
  return hash.digest("hex");
}

/** @param {string} origin */
function connect(origin) {
  const { hostname, port } = new URL(origin);
  return net.connect({ host: hostname, port: Number(port), noDelay: true });
}

/** Ask once; status 0 means that there was no whole answer.
 * @param {net.Socket} socket @param {Download} download @param {(piece: Buffer) => void} [take]
 * @returns {Promise<{ status: number, bytes: number }>} */
function fetchOnce(socket, { origin, path, range }, take = () => {}) {
  return new Promise((resolve) => {
    const body = new Body(take);
    const settle = (/** @type {number} */ status) => {
      socket.off("data", onData).off("error", onEnd).off("close", onEnd);
      resolve({ status, bytes: body.bytes });
    };
    const onEnd = () => settle(0);
    const onData = (/** @type {Buffer} */ piece) => {
      if (body.add(piece)) settle(body.status);
    };
    socket.on("data", onData).on("error", onEnd).on("close", onEnd);
    const wanted = range ? `range: ${range}\r\n` : "";
    socket.write(`GET ${path} HTTP/1.1\r\nhost: ${new URL(origin).host}\r\n${wanted}\r\n`);
  });
}

/** What came of one answer so far. */
export class Body {
  #head = "";
  #length = -1;
  status = 0;
  bytes = 0;

  /** @param {(piece: Buffer) => void} [take] */
  constructor(take = () => {}) {
    this.take = take;
  }

  /** Add what came; tell whether that was all.
   * @param {Buffer} piece */
  add(piece) {
    const rest = this.#length < 0 ? this.#readHead(piece) : piece;
    this.bytes += rest.length;
    if (rest.length) this.take(rest);
    return this.#length >= 0 && this.bytes >= this.#length;
  }

  /** @param {Buffer} piece the body's part of it */
  #readHead(piece) {
    const before = this.#head.length;
    this.#head += piece.toString("latin1");
    const end = this.#head.indexOf(HEAD_END);
    if (end < 0) return piece.subarray(piece.length);
    const head = this.#head.slice(0, end).toLowerCase();
    const length = /\r\ncontent-length: *(\d+)/.exec(head);
    if (!length && /\r\ntransfer-encoding:/.test(head)) throw new Error("an answer does not tell its length");
    this.status = Number(head.slice(9, 12));
    this.#length = Number(length?.[1] ?? 0);
    return piece.subarray(end + HEAD_END.length - before);
  }
}

// Our own load: keep-alive connections of this process, which is no part of the server. Redirects are not followed.

import { setTimeout } from "node:timers/promises";
import { percentile, round } from "../statistics.mjs";
import { Connection } from "./connection.mjs";
import { visitors } from "./visitors.mjs";

/**
 * @typedef {object} Target
 * @property {string} origin
 * @property {(turn: number) => string} path
 * @property {number} status what a right answer has
 * @property {string} [method]
 *
 * @typedef {object} Outcome
 * @property {number} answered right answers
 * @property {number} failed other answers, and requests without one
 * @property {Record<string, number>} [failures] how many by status or error, known to our own load
 * @property {number} cutOff the most requests that the server may have answered unseen, when the load ended
 * @property {number} rps
 * @property {number} p50_ms
 * @property {number} p99_ms
 * @property {number} [p95_ms] known to our own load
 */

/** Each visitor's headers as they are sent. */
const HEADERS = visitors.map((headers) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join(""),
);
let turns = 0;

/** Each connection asks again as soon as it has its answer, for so many seconds or requests.
 * @param {Target} target @param {{ connections: number, seconds?: number, requests?: number }} bounds
 * @returns {Promise<Outcome>} */
export async function closedLoop(target, { connections, seconds = Infinity, requests = Infinity }) {
  const asker = new Asker(target);
  const started = performance.now();
  let begun = 0;
  const isOver = () => begun >= requests || performance.now() - started >= seconds * 1000;
  const askOnAndOn = async () => {
    while (!isOver()) {
      begun += 1;
      await asker.ask(performance.now());
    }
  };
  await Promise.all(Array.from({ length: connections }, askOnAndOn));
  return asker.outcome(performance.now() - started);
}

/** Requests at a constant rate, whatever the answers do; latency counts from when each was due.
 * @param {Target} target @param {{ rate: number, seconds: number }} bounds @returns {Promise<Outcome>} */
export async function openLoop(target, { rate, seconds }) {
  const asker = new Asker(target);
  const started = performance.now();
  const pending = [];
  for (let index = 0; index < rate * seconds; index += 1) {
    const due = started + (index * 1000) / rate;
    while (performance.now() < due) await setTimeout(1);
    pending.push(asker.ask(due));
  }
  await Promise.all(pending);
  return asker.outcome(performance.now() - started);
}

class Asker {
  /** @type {Connection[]} */
  #idle = [];
  /** @type {number[]} */
  #latencies = [];
  /** @type {Record<string, number>} */
  #failures = {};
  #turn = 0;

  /** @param {Target} target */
  constructor(target) {
    this.target = target;
    this.origin = new URL(target.origin);
  }

  /** Ask once, and note how long it took since then.
   * @param {number} since */
  async ask(since) {
    const path = this.target.path(this.#turn);
    this.#turn += 1;
    turns += 1;
    const connection = this.#idle.pop() ?? new Connection(this.origin);
    const headers = /** @type {string} */ (HEADERS[turns % HEADERS.length]);
    const outcome = await connection.ask(this.target.method ?? "GET", path, headers);
    this.#idle.push(connection);
    if (outcome === this.target.status) this.#latencies.push(performance.now() - since);
    else this.#failures[outcome] = (this.#failures[outcome] ?? 0) + 1;
  }

  /** @param {number} elapsedMs @returns {Outcome} */
  outcome(elapsedMs) {
    for (const connection of this.#idle) connection.close();
    const answered = this.#latencies.length;
    if (!answered) throw new Error(`${this.target.origin}${this.target.path(0)} gave no right answer`);
    const at = (/** @type {number} */ share) => round(percentile(this.#latencies, share), 2);
    return {
      answered,
      failed: Object.values(this.#failures).reduce((sum, count) => sum + count, 0),
      failures: this.#failures,
      cutOff: 0,
      rps: round((answered * 1000) / elapsedMs, 0),
      p50_ms: at(0.5),
      p95_ms: at(0.95),
      p99_ms: at(0.99),
    };
  }
}

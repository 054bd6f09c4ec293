// The server under measurement: the local edge in a process of its own, with its CPU time and its counts.

import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { setTimeout } from "node:timers/promises";
import { ROOT } from "../local/paths.mjs";
import { askJson } from "./ask.mjs";
import { cpuMs, treeOf } from "./cpu.mjs";

export const TOKEN = "operator-token-of-the-benches";
export const SECRETS = {
  ADMIN_TOKEN: TOKEN,
  LINK_PEPPER: "pepper-of-the-benches-and-nothing-else",
  SIGNING_SECRET: "signing-secret-of-the-benches",
  PREVIOUS_SIGNING_KEYS: "{}",
};
const LOOK_EVERY_MS = 100;
/** Work of one look up to this is the noise of an idle process: one tick of the clock. */
const IDLE_MS = 10;
const QUIET_WITHIN_MS = 120_000;
const COUNT_WITHIN_MS = 30_000;

export class Server {
  /** @param {import("node:child_process").ChildProcess} child @param {any} ready what the process said at its start */
  constructor(child, ready) {
    this.child = child;
    /** @type {string[]} */
    this.workers = ready.boots.map((/** @type {any} */ boot) => boot.worker);
    this.controlUrl = ready.control;
    this.urls = ready.urls;
    this.pids = treeOf(ready.engine);
  }

  /** Where a Worker answers by itself, without the front.
   * @param {string} worker */
  origin(worker) {
    return new URL(this.urls[worker]).origin;
  }

  /** Ask the engine.
   * @param {string} operation @param {Record<string, unknown>} [request] @returns {Promise<any>} */
  async control(operation, request = {}) {
    const body = JSON.stringify(request);
    return (await askJson(`${this.controlUrl}/${operation}`, { method: "POST", body })).value;
  }

  /** User and system time of the whole tree so far. */
  cpuMs() {
    return cpuMs(this.pids);
  }

  /** Wait until the server has done nothing for so long.
   * @param {number} forMs */
  async quiet(forMs) {
    const started = performance.now();
    let idleSince = started;
    let last = this.cpuMs();
    while (performance.now() - idleSince < forMs) {
      await setTimeout(LOOK_EVERY_MS);
      const spent = this.cpuMs();
      if (spent - last > IDLE_MS) idleSince = performance.now();
      last = spent;
      if (performance.now() - started > QUIET_WITHIN_MS) throw new Error("the server does not come to rest");
    }
  }

  /** What the Workers asked of their bindings so far; needs the option `countCalls`. */
  async ioCounts() {
    const reports = await Promise.all(this.workers.map((worker) => this.control("calls", { worker })));
    const calls = (/** @type {string} */ kind, /** @type {RegExp} */ which) =>
      total(reports.flatMap((report) => Object.entries(report[kind]).filter(([name]) => which.test(name))));
    const rows = (/** @type {string} */ name) => reports.reduce((sum, { sql }) => sum + sql[name], 0);
    return {
      kv_reads: calls("kv", /\.(get|getMany|getWithMetadata|list)$/),
      kv_renewals: calls("kv", /\.getMany$/),
      kv_writes: calls("kv", /\.(put|delete)$/),
      object_calls: calls("objects", /./),
      click_calls: calls("objects", /\.(count|increment)$/),
      queue_sends: calls("queues", /./),
      r2_calls: calls("r2", /./),
      rows_read: rows("rowsRead"),
      rows_written: rows("rowsWritten"),
      alarms: rows("alarms"),
    };
  }

  /** Take what the Workers complained about since the last call: tracebacks, warnings and errors. */
  async complaints() {
    /** @type {string[]} */
    const lines = await this.control("logs");
    return lines.filter((line) => line.startsWith("@@trace") || /"level": ?"(error|warning)"/.test(line));
  }

  async stop() {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin?.end();
    await gone;
  }
}

/** Start the local edge; `options` are the engine's.
 * @param {Record<string, any>} options */
export async function startServer({ vars = {}, ...options }) {
  const settings = JSON.stringify({ ...options, vars: { ...SECRETS, ...vars } });
  const child = spawn(process.execPath, [path.join("local", "serve.mjs"), settings], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "inherit"],
  });
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (line.startsWith("{")) return new Server(child, JSON.parse(line));
  }
  throw new Error("the local edge did not start");
}

/** Ask until the answer is at least `wanted`, and return it.
 * @param {() => Promise<number>} ask @param {number} wanted */
export async function countUpTo(ask, wanted) {
  const started = performance.now();
  for (;;) {
    const count = await ask();
    if (count >= wanted || performance.now() - started > COUNT_WITHIN_MS) return count;
    await setTimeout(LOOK_EVERY_MS);
  }
}

/** @param {[string, any][]} entries */
function total(entries) {
  return entries.reduce((sum, [, count]) => sum + count, 0);
}

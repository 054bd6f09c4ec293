// Load by autocannon, when somebody installed it. Like wrk it hangs up on the answers under way at its end.

import { round } from "../statistics.mjs";
import { visitors } from "./visitors.mjs";

/** @typedef {import("./own.mjs").Target} Target @typedef {import("./own.mjs").Outcome} Outcome */

const SOME_VISITORS = 4096;

/** Return autocannon, or undefined where it is not installed. */
export async function findAutocannon() {
  const name = "autocannon";
  try {
    return (await import(name)).default;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** @param {any} autocannon
 * @returns {(target: Target, bounds: { connections: number, seconds: number }) => Promise<Outcome>} */
export function withAutocannon(autocannon) {
  return async (target, { connections, seconds }) => {
    const method = target.method ?? "GET";
    const requests = visitors.slice(0, SOME_VISITORS).map((headers) => ({ method, path: target.path(0), headers }));
    const said = await autocannon({ url: target.origin, connections, duration: seconds, requests });
    const answered = said.statusCodeStats[target.status]?.count ?? 0;
    return {
      answered,
      failed: said.requests.total - answered + said.errors + said.timeouts,
      cutOff: connections,
      rps: round(answered / said.duration, 0),
      p50_ms: said.latency.p50,
      p99_ms: said.latency.p99,
    };
  };
}

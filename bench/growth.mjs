// How a redirect fares when there are more links: its CPU, what it asks for, and the isolates' memory.

import { closedLoop } from "./load/own.mjs";
import { draws, uniform, zipf } from "./load/traffic.mjs";
import { difference, redirectServer, showComplaints } from "./calls.mjs";
import { clicksOfAll, codes, seed } from "./links.mjs";
import { checkCount } from "./rounds.mjs";
import { countUpTo } from "./server.mjs";
import { round } from "./statistics.mjs";
import { EDGE, flushMs, OBJECTS } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server */

const CONNECTIONS = 16;
const MARGIN_MS = 400;
const MIB = 1024 * 1024;
const LEAST_WARM_REQUESTS = 2000;

/**
 * One server for each number of links, since what an isolate remembers of one would help with the next. Two loads
 * each: HEAD shows what finding a link costs, without clicks; GET adds the clicks, whose cost depends on how many of
 * them share a link, and so an object call.
 * @param {{ sizes: number[], lookups: number, clicks: number, warmRequests: number }} settings
 */
export async function measureGrowth({ sizes, ...loads }) {
  const rows = [];
  for (const size of sizes) {
    for (const [traffic, choose] of TRAFFIC.slice(0, size === 1 ? 1 : TRAFFIC.length)) {
      rows.push(await growthRow(size, traffic, choose, loads));
      console.log(`growth: ${JSON.stringify(rows.at(-1))}`);
    }
  }
  const [first] = rows;
  return rows.map((row) => ({
    ...row,
    lookup_ratio: round(row.lookup_cpu_ms / (first?.lookup_cpu_ms ?? 1), 2),
    ratio: round(row.cpu_ms / (first?.cpu_ms ?? 1), 2),
  }));
}

/** @type {[string, typeof zipf][]} */
const TRAFFIC = [
  ["zipf", zipf],
  ["uniform", uniform],
];

/** @param {number} size @param {string} traffic @param {typeof zipf} choose
 * @param {{ lookups: number, clicks: number, warmRequests: number }} loads */
async function growthRow(size, traffic, choose, { lookups, clicks, warmRequests }) {
  const server = await redirectServer({}, { inspect: true });
  try {
    const all = codes("grow", size);
    const sample = (/** @type {number} */ requests, /** @type {number} */ start) => {
      const next = choose(size, draws(start));
      return Array.from({ length: requests }, () => /** @type {string} */ (all[next()]));
    };
    const clicked = sample(clicks, 1);
    const claimed = new Set(clicked);
    await seed(server, "claim", [...claimed]);
    await seed(
      server,
      "put",
      all.filter((code) => !claimed.has(code)),
    );
    // Makes the owners' tables, so that what follows is no link's first click.
    await load(server, "GET", clicked);
    await fillCache(server, all, choose(size, draws(2)), warmRequests);
    const lookup = await load(server, "HEAD", sample(lookups, 3));
    const before = await clicksOfAll(server, [...claimed]);
    const click = await load(server, "GET", clicked);
    const expected = before + click.outcome.answered;
    checkCount(
      `${size} links, ${traffic}`,
      click.outcome,
      (await countUpTo(() => clicksOfAll(server, [...claimed]), expected)) - before,
    );
    await showComplaints(server);
    const memory = await server.control("memory");
    const mib = (/** @type {string} */ worker) => round(memory[worker].totalBytes / MIB, 1);
    return {
      links: size,
      traffic,
      lookup_cpu_ms: lookup.cpu_ms,
      cpu_ms: click.cpu_ms,
      hit_rate: round(1 - lookup.asked.kv_reads / lookup.outcome.answered, 4),
      object_calls_per_1000: round((click.asked.object_calls * 1000) / click.outcome.answered, 1),
      distinct_clicked: claimed.size,
      edge_mib: mib(EDGE),
      objects_mib: mib(OBJECTS),
    };
  } finally {
    await server.stop();
  }
}

/** Ask for each link at least once or, of very many, as often as the traffic does; few links are asked for until the
 * Workers are warm.
 * @param {Server} server @param {string[]} all @param {() => number} next @param {number} most */
async function fillCache(server, all, next, most) {
  const path = (/** @type {number} */ turn) => `/s/${all[all.length <= most ? turn % all.length : next()]}`;
  const target = { origin: server.origin(EDGE), path, status: 302, method: "HEAD" };
  const requests = Math.min(Math.max(all.length, LEAST_WARM_REQUESTS), most);
  await closedLoop(target, { connections: CONNECTIONS, requests });
}

/** Ask for these links in turn, and wait until all work is done.
 * @param {Server} server @param {string} method @param {string[]} asked */
async function load(server, method, asked) {
  const restMs = (await flushMs()) + MARGIN_MS;
  await server.quiet(restMs);
  const before = await server.ioCounts();
  const cpuBefore = server.cpuMs();
  const path = (/** @type {number} */ turn) => `/s/${asked[turn]}`;
  const target = { origin: server.origin(EDGE), path, status: 302, method };
  const outcome = await closedLoop(target, { connections: CONNECTIONS, requests: asked.length });
  await server.quiet(restMs);
  const cpu = server.cpuMs() - cpuBefore;
  return {
    outcome,
    cpu_ms: round(cpu / outcome.answered),
    asked: difference(await server.ioCounts(), before),
  };
}

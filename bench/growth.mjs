// How a redirect fares when there are more links: its CPU, what it asks for, and the isolates' memory.

import { closedLoop } from "./load/own.mjs";
import { draws, uniform, zipf } from "./load/traffic.mjs";
import { difference, redirectServer, showComplaints } from "./calls.mjs";
import { clicksOfAll, codes, seed } from "./links.mjs";
import { checkCount } from "./rounds.mjs";
import { countUpTo } from "./server.mjs";
import { median, round, spread } from "./statistics.mjs";
import { EDGE, flushMs, OBJECTS } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server */

const CONNECTIONS = 16;
const MARGIN_MS = 400;
const MIB = 1024 * 1024;
const LEAST_WARM_REQUESTS = 2000;
/** The link that each load of many is compared with, in turns and on the same server. */
const ALONE = "grow-alone";

/**
 * One server for each number of links, since what an isolate remembers of one would help with the next. Two loads
 * each: HEAD shows what finding a link costs, without clicks; GET adds the clicks, whose cost depends on how many of
 * them share a link, and so an object call. Each load runs some times, in turns with the same load on one link alone.
 * @param {{ sizes: number[], lookups: number, clicks: number, warmRequests: number, turns: number }} settings
 */
export async function measureGrowth({ sizes, ...loads }) {
  const rows = [];
  for (const size of sizes) {
    for (const [traffic, choose] of TRAFFIC.slice(0, size === 1 ? 1 : TRAFFIC.length)) {
      rows.push(await growthRow(size, traffic, choose, loads));
      console.log(`growth: ${JSON.stringify(rows.at(-1))}`);
    }
  }
  return rows;
}

/** @type {[string, typeof zipf][]} */
const TRAFFIC = [
  ["zipf", zipf],
  ["uniform", uniform],
];

/** @param {number} size @param {string} traffic @param {typeof zipf} choose
 * @param {{ lookups: number, clicks: number, warmRequests: number, turns: number }} loads */
async function growthRow(size, traffic, choose, { lookups, clicks, warmRequests, turns }) {
  const server = await redirectServer({}, { inspect: true });
  try {
    const all = codes("grow", size);
    const sample = (/** @type {number} */ requests, /** @type {number} */ start) => {
      const next = choose(size, draws(start));
      return Array.from({ length: requests }, () => /** @type {string} */ (all[next()]));
    };
    const clicked = sample(clicks, 1);
    const claimed = new Set(clicked);
    await seed(server, "claim", [ALONE, ...claimed]);
    await seed(
      server,
      "put",
      all.filter((code) => !claimed.has(code)),
    );
    // Makes the owners' tables, so that what follows is no link's first click.
    await load(server, "GET", [ALONE, ...clicked]);
    await fillCache(server, all, choose(size, draws(2)), warmRequests);
    const lookup = await compared(server, "HEAD", sample(lookups, 3), turns);
    const before = await clicksOfAll(server, [...claimed]);
    const click = await compared(server, "GET", clicked, turns);
    checkCount(
      `${size} links, ${traffic}`,
      click,
      (await countUpTo(() => clicksOfAll(server, [...claimed]), before + click.answered)) - before,
    );
    await showComplaints(server);
    const memory = await server.control("memory");
    const mib = (/** @type {string} */ worker) => round(memory[worker].totalBytes / MIB, 1);
    return {
      links: size,
      traffic,
      lookup_cpu_ms: lookup.cpu_ms,
      lookup_ratio: lookup.ratio,
      cpu_ms: click.cpu_ms,
      ratio: click.ratio,
      ratio_min: click.ratio_min,
      ratio_max: click.ratio_max,
      hit_rate: round(1 - lookup.asked.kv_reads / lookup.answered, 4),
      object_calls_per_1000: round((click.asked.object_calls * 1000) / click.answered, 1),
      distinct_clicked: claimed.size,
      edge_mib: mib(EDGE),
      objects_mib: mib(OBJECTS),
    };
  } finally {
    await server.stop();
  }
}

/** A load of many links and the same load on one alone, in turns; the order changes with each turn.
 * @param {Server} server @param {string} method @param {string[]} asked @param {number} turns */
async function compared(server, method, asked, turns) {
  const alone = asked.map(() => ALONE);
  /** @type {Awaited<ReturnType<typeof load>>[]} */
  const ofMany = [];
  const ratios = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const first = await load(server, method, turn % 2 ? asked : alone);
    const second = await load(server, method, turn % 2 ? alone : asked);
    const [many, one] = turn % 2 ? [first, second] : [second, first];
    ofMany.push(many);
    ratios.push(many.cpu_ms / one.cpu_ms);
  }
  const { min, max, median: ratio } = spread(ratios);
  const sum = (/** @type {"answered" | "failed" | "cutOff"} */ name) =>
    ofMany.reduce((total, { outcome }) => total + outcome[name], 0);
  return {
    ...{ answered: sum("answered"), failed: sum("failed"), cutOff: sum("cutOff") },
    cpu_ms: round(median(ofMany.map(({ cpu_ms }) => cpu_ms))),
    ...{ ratio, ratio_min: min, ratio_max: max },
    asked: ofMany.map(({ asked: calls }) => calls).reduce(added),
  };
}

/** @template {Record<string, number>} T @param {T} one @param {T} other @returns {T} */
function added(one, other) {
  return /** @type {T} */ (
    Object.fromEntries(Object.entries(one).map(([name, count]) => [name, count + (other[name] ?? 0)]))
  );
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

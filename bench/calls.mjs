// What redirects ask of KV, objects and SQLite. Counting is on here, so these runs are apart from the CPU rounds.

import { askJson } from "./ask.mjs";
import { closedLoop } from "./load/own.mjs";
import { draws, zipf } from "./load/traffic.mjs";
import { clicksOfAll, codes, seed, TARGET } from "./links.mjs";
import { checkCount } from "./rounds.mjs";
import { countUpTo, startServer } from "./server.mjs";
import { round } from "./statistics.mjs";
import {
  CLICK_CONFIGS,
  EDGE,
  flushMs,
  javascriptWorkers,
  NAIVE_CONFIG,
  NOT_MODERATED,
  REDIRECT_CONFIGS,
} from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server @typedef {import("./load/own.mjs").Outcome} Outcome */
/** @typedef {Awaited<ReturnType<Server["ioCounts"]>>} Counts */

const HOT = "calls-hot";
/** As the edge names the news it hears. */
const NEWS = "links";
const WARM_REQUESTS = 50;
const MARGIN_MS = 400;
const CONNECTIONS = 16;
/** Few enough that a buffer of one click does not fill with more while it is handed on. */
const LIGHT_CONNECTIONS = 2;
const LEVEL_FLUSH_MS = 1000;
const LEVEL_QUEUES = { ...NOT_MODERATED, "gif-distributor-clicks": { maxBatchTimeout: 0 } };
const NO_CODES = ["/s/", "/s/%00", "/s/a", "/s/..%2f..", "/s/%F0%9F%90%B1", "/s/a%20b%20c", "/s/{code}"];

/** A hot link, cold ones, paths that are no codes, and traffic as Zipf says, with the product's own settings.
 * @param {{ hotRequests: number, coldLinks: number, zipfLinks: number }} settings */
export async function countDefaults({ hotRequests, coldLinks, zipfLinks }) {
  const server = await redirectServer({});
  try {
    const hot = await countRun(server, "hot", () => HOT, { requests: hotRequests, warm: true, known: [HOT] });
    const coldCodes = codes("callscold", coldLinks);
    await seed(server, "claim", coldCodes);
    const cold = await countRun(server, "cold", (turn) => coldCodes[turn] ?? "", {
      requests: coldLinks,
      known: coldCodes,
    });
    const noCode = await countMisses(server, (turn) => NO_CODES[turn % NO_CODES.length] ?? "", 140);
    const unknown = await countMisses(server, (turn) => `/s/nobody${turn}`, 50);
    const hitRate = await zipfHitRate(server, zipfLinks);
    await showComplaints(server);
    return {
      object_calls_per_1000: hot.object_calls_per_1000,
      calls: { hot, cold, no_code: noCode, unknown_code: unknown },
      clicks: {
        answered: hot.answered + cold.answered,
        counted: hot.counted + cold.counted,
      },
      zipf: hitRate,
    };
  } finally {
    await server.stop();
  }
}

/** The cost of a redirect when each flush carries so many clicks.
 * @param {Record<string, number>} requests how many for each number of clicks
 * @returns {Promise<Record<string, any>>} */
export async function countLevels(requests) {
  /** @type {Record<string, any>} */
  const levels = {};
  for (const level of Object.keys(requests)) {
    const vars = { FLUSH_CLICKS: level, FLUSH_MS: String(LEVEL_FLUSH_MS) };
    const server = await redirectServer(vars, { configs: CLICK_CONFIGS, queues: LEVEL_QUEUES });
    try {
      levels[level] = await countRun(server, `${level} clicks a flush`, () => HOT, {
        requests: /** @type {number} */ (requests[level]),
        connections: LIGHT_CONNECTIONS,
        warm: true,
        known: [HOT],
      });
      await showComplaints(server);
    } finally {
      await server.stop();
    }
  }
  return levels;
}

/** The same for the design without any of it.
 * @param {number} requests */
export async function countNaive(requests) {
  const server = await startServer({ configs: [NAIVE_CONFIG], countCalls: true });
  try {
    const record = JSON.stringify({ code: HOT, target: TARGET, created_at: 1_790_000_000 });
    await server.control("kv", { namespace: "METADATA", method: "put", args: [`link:${HOT}`, record] });
    const origin = server.origin("bench-naive");
    const target = { origin, path: () => `/${HOT}`, status: 302 };
    await closedLoop(target, { connections: LIGHT_CONNECTIONS, requests: WARM_REQUESTS });
    const clicks = () => askJson(`${origin}/${HOT}/clicks`);
    const base = await countUpTo(clicks, WARM_REQUESTS);
    const load = () => closedLoop(target, { connections: LIGHT_CONNECTIONS, requests });
    return await counting(server, "naive", load, async (answered) => (await countUpTo(clicks, base + answered)) - base);
  } finally {
    await server.stop();
  }
}

/** @param {Record<string, string>} vars @param {Record<string, unknown>} [more] */
export async function redirectServer(vars, more = {}) {
  const extraWorkers = await javascriptWorkers(["seeder"]);
  const server = await startServer({ configs: REDIRECT_CONFIGS, extraWorkers, vars, countCalls: true, ...more });
  await seed(server, "news", [NEWS]);
  await seed(server, "claim", [HOT]);
  return server;
}

/** Redirect by codes and count what that asks for.
 * @param {Server} server @param {string} name @param {(turn: number) => string} code
 * @param {{ requests: number, connections?: number, warm?: boolean, known: string[] }} options */
async function countRun(server, name, code, { requests, connections = CONNECTIONS, warm = false, known }) {
  const target = { origin: server.origin(EDGE), path: (/** @type {number} */ turn) => `/s/${code(turn)}`, status: 302 };
  const clicks = () => clicksOfAll(server, known);
  let base = 0;
  if (warm) {
    const { answered } = await closedLoop(target, { connections, requests: WARM_REQUESTS });
    await server.quiet((await flushMs()) + MARGIN_MS);
    base = await countUpTo(clicks, answered);
  }
  const load = () => closedLoop(target, { connections, requests });
  return counting(server, name, load, async (answered) => (await countUpTo(clicks, base + answered)) - base);
}

/** @param {Server} server @param {string} name @param {() => Promise<Outcome>} load
 * @param {(answered: number) => Promise<number>} clicksSince */
async function counting(server, name, load, clicksSince) {
  const restMs = (await flushMs()) + MARGIN_MS;
  await server.quiet(restMs);
  const before = await server.ioCounts();
  const cpuBefore = server.cpuMs();
  const outcome = await load();
  await server.quiet(restMs);
  const cpu = server.cpuMs() - cpuBefore;
  const asked = difference(await server.ioCounts(), before);
  const counted = await clicksSince(outcome.answered);
  checkCount(name, outcome, counted);
  return {
    answered: outcome.answered,
    counted,
    cpu_ms: round(cpu / outcome.answered),
    clicks_a_flush: asked.click_calls ? round(counted / asked.click_calls, 1) : 0,
    ...perThousand(asked, outcome.answered),
  };
}

/** What 404s ask for.
 * @param {Server} server @param {(turn: number) => string} path @param {number} requests */
async function countMisses(server, path, requests) {
  const before = await server.ioCounts();
  const target = { origin: server.origin(EDGE), path, status: 404 };
  const { answered, failed } = await closedLoop(target, { connections: CONNECTIONS, requests });
  await server.quiet(MARGIN_MS);
  const asked = difference(await server.ioCounts(), before);
  return { answered, failed, ...perThousand(asked, answered + failed) };
}

/** How often an isolate that saw each link once answers without KV. HEAD is a redirect, but no click. What is read to renew
 * many links at once is read for no visitor.
 * @param {Server} server @param {number} links */
async function zipfHitRate(server, links) {
  const all = codes("callszipf", links);
  await seed(server, "put", all);
  const next = zipf(links, draws(1));
  const head = { origin: server.origin(EDGE), status: 302, method: "HEAD" };
  const inOrder = (/** @type {number} */ turn) => `/s/${all[turn]}`;
  await closedLoop({ ...head, path: inOrder }, { connections: CONNECTIONS, requests: links });
  const before = await server.ioCounts();
  const drawn = { ...head, path: () => `/s/${all[next()]}` };
  const { answered } = await closedLoop(drawn, { connections: CONNECTIONS, requests: 2 * links });
  const { kv_reads: reads, kv_renewals: renewals } = difference(await server.ioCounts(), before);
  return {
    ...{ links, requests: answered, hit_rate: round(1 - (reads - renewals) / answered, 4) },
    kv_reads_per_1000: round((reads * 1000) / answered, 1),
  };
}

/** Say what the Workers complained about; a measurement of errors is none.
 * @param {Server} server */
export async function showComplaints(server) {
  const complaints = await server.complaints();
  if (complaints.length) console.log(`the Workers complained ${complaints.length} times, first: ${complaints[0]}`);
}

/** @param {Counts} after @param {Counts} before @returns {Counts} */
export function difference(after, before) {
  const names = /** @type {(keyof Counts)[]} */ (Object.keys(after));
  return /** @type {Counts} */ (Object.fromEntries(names.map((name) => [name, after[name] - before[name]])));
}

/** @param {Counts} counts @param {number} requests */
export function perThousand(counts, requests) {
  const rates = Object.entries(counts).map(([name, count]) => [
    `${name}_per_1000`,
    round((count * 1000) / requests, 2),
  ]);
  return /** @type {{ [name in `${keyof Counts}_per_1000`]: number }} */ (Object.fromEntries(rates));
}

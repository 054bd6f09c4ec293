// How a redirect fares when there are more links: its CPU, what it asks for, and the isolates' memory.

import { closedLoop } from "./load/own.mjs";
import { draws, uniform, zipf } from "./load/traffic.mjs";
import { difference, redirectServer, showComplaints } from "./calls.mjs";
import { clicksOfAll, codes, seed } from "./links.mjs";
import { checkCount } from "./rounds.mjs";
import { countUpTo } from "./server.mjs";
import { median, round, spread } from "./statistics.mjs";
import { EDGE, flushMs, OBJECTS } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server @typedef {import("./load/own.mjs").Outcome} Outcome */
/** @typedef {{ seconds: number, rounds: number, counted: number }} Load `counted`: of so many links clicks are counted */

/** For each of the two servers. */
const CONNECTIONS = 8;
const MARGIN_MS = 400;
const MIB = 1024 * 1024;
const ALONE = "grow-alone";
/** So many links an isolate remembers. */
const REMEMBERED = 10_000;
/** Both are looked into, though only one has to be: looking costs CPU. */
const INSPECTED = { inspect: true };

/** @type {[string, typeof zipf][]} */
const TRAFFIC = [
  ["zipf", zipf],
  ["uniform", uniform],
];

/**
 * Two servers for each number of links, loaded at the same time and without a pause: one is asked for all links, the
 * other for one. So both see the same moments of the machine, and what an isolate remembers ages as it does under
 * traffic that goes on. Servers are new for each row, since what one remembers would help with the next.
 * @param {{ sizes: number[] } & Load} settings
 */
export async function measureGrowth({ sizes, ...load }) {
  const rows = [];
  for (const size of sizes) {
    for (const [traffic, choose] of TRAFFIC.slice(0, size === 1 ? 1 : TRAFFIC.length)) {
      rows.push(await growthRow(size, traffic, choose, load));
      console.log(`growth: ${JSON.stringify(rows.at(-1))}`);
    }
  }
  return rows;
}

/** @param {number} size @param {string} traffic @param {typeof zipf} choose @param {Load} load */
async function growthRow(size, traffic, choose, { seconds, rounds, counted }) {
  const [one, many] = await Promise.all([redirectServer({}, INSPECTED), redirectServer({}, INSPECTED)]);
  try {
    const all = codes("grow", size);
    const claimed = all.slice(0, counted);
    await seed(one, "claim", [ALONE]);
    await seed(many, "claim", claimed);
    await seed(many, "put", all.slice(counted));
    const next = choose(size, draws(1));
    let onClaimed = 0;
    const pathOf = (/** @type {number} */ index) => {
      if (index < counted) onClaimed += 1;
      return `/s/${all[index]}`;
    };
    // Every link that can be remembered is asked for once: what is measured is traffic that goes on.
    const known = Math.min(size, REMEMBERED);
    const first = await run(many, pathOf, { requests: known });
    const load = { seconds };
    const both = () => Promise.all([run(one, () => `/s/${ALONE}`, load), run(many, () => pathOf(next()), load)]);
    const warmUp = await both();
    const samples = [];
    for (let number = 0; number < rounds; number += 1) samples.push(await both());
    await many.quiet((await flushMs()) + MARGIN_MS);
    const runs = [first, ...[warmUp, ...samples].map(([, ofMany]) => ofMany)];
    await checkClicks(many, `${size} links, ${traffic}`, claimed, onClaimed, runs);
    for (const server of [one, many]) await showComplaints(server);
    return { links: size, traffic, ...figuresOf(samples), ...(await memoryOf(many)) };
  } finally {
    await Promise.all([one.stop(), many.stop()]);
  }
}

/** @typedef {Awaited<ReturnType<typeof run>>} Run */

/** @param {Server} server @param {(turn: number) => string} path @param {{ seconds: number } | { requests: number }} load */
async function run(server, path, load) {
  const before = await server.ioCounts();
  const cpuBefore = server.cpuMs();
  const target = { origin: server.origin(EDGE), path, status: 302 };
  const outcome = await closedLoop(target, { connections: CONNECTIONS, ...load });
  const cpuMs = (server.cpuMs() - cpuBefore) / outcome.answered;
  return { outcome, cpuMs, asked: difference(await server.ioCounts(), before) };
}

/** Clicks of the links that have an owner: those of the others wait in journals for one.
 * @param {Server} server @param {string} name @param {string[]} claimed @param {number} asked @param {Run[]} runs */
async function checkClicks(server, name, claimed, asked, runs) {
  const failed = runs.reduce((sum, { outcome }) => sum + outcome.failed, 0);
  const answered = asked - failed;
  const counted = await countUpTo(() => clicksOfAll(server, claimed), answered);
  checkCount(name, { answered, failed, cutOff: 0 }, counted);
}

/** @param {Run[][]} samples */
function figuresOf(samples) {
  const ofMany = samples.map(([, many]) => /** @type {Run} */ (many));
  const ratios = samples.map(([one, many]) => /** @type {Run} */ (many).cpuMs / /** @type {Run} */ (one).cpuMs);
  const answered = ofMany.reduce((sum, { outcome }) => sum + outcome.answered, 0);
  const perThousand = (/** @type {"kv_reads" | "object_calls"} */ name) =>
    round((1000 * ofMany.reduce((sum, { asked }) => sum + asked[name], 0)) / answered, 1);
  const middle = (/** @type {(sample: Run) => number} */ of) => round(median(ofMany.map(of)));
  const { min, max, median: ratio } = spread(ratios);
  return {
    ...{ ratio, ratio_min: min, ratio_max: max },
    cpu_ms: middle(({ cpuMs }) => cpuMs),
    rps: middle(({ outcome }) => outcome.rps),
    p50_ms: middle(({ outcome }) => outcome.p50_ms),
    kv_reads_per_1000: perThousand("kv_reads"),
    object_calls_per_1000: perThousand("object_calls"),
  };
}

/** @param {Server} server */
async function memoryOf(server) {
  const memory = await server.control("memory");
  const mib = (/** @type {string} */ worker) => round(memory[worker].totalBytes / MIB, 1);
  return { edge_mib: mib(EDGE), objects_mib: mib(OBJECTS) };
}

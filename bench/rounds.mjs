// The paired rounds: in each, every row runs in the order of the table and then again in the opposite one, and its two
// halves count as one. So a machine that slows down or speeds up meanwhile favours nobody.

import { askJson } from "./ask.mjs";
import { closedLoop } from "./load/own.mjs";
import { clicksOf, clicksOfAll, codes, seed } from "./links.mjs";
import { countUpTo } from "./server.mjs";
import { median, round, spread } from "./statistics.mjs";
import { EDGE, flushMs } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server */
/** @typedef {import("./load/own.mjs").Target} Target @typedef {import("./load/own.mjs").Outcome} Outcome */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {Target} target
 * @property {(round: number) => Promise<Outcome>} load
 * @property {number} restMs how long the server must be idle before its queued work counts as done
 * @property {(round: number) => Promise<number>} [counted] all clicks that were counted, of this round or since the start
 * @property {boolean} [countsAfresh] `counted` is of this round alone
 *
 * @typedef {Outcome & { cpu: number, cpu_ms: number }} Sample `cpu` of all, and `cpu_ms` of one answer
 *
 * @typedef {object} Settings
 * @property {number} rounds
 * @property {number} seconds how long a row runs in a round, both halves together
 * @property {number} coldLinks how many links a round asks for once
 * @property {number} connections
 * @property {(target: Target, bounds: { connections: number, seconds: number }) => Promise<Outcome>} drive
 */

export const HOT = "bench-hot";
/** Enough for the engine to compile what the rows run: before that, the first rounds pay for it. */
const WARM_REQUESTS = 4000;
const REST_MS = 300;
/** Longer than the longest pause between a click and the flush it waits for. */
const FLUSH_MARGIN_MS = 400;
const COMPARED = [
  ["redirect_hot", "python_constant"],
  ["redirect_hot", "js_kv_object"],
  ["redirect_hot", "js_kv"],
  ["redirect_hot", "js_hello"],
  ["redirect_cold", "redirect_hot"],
  ["python_constant", "js_hello"],
];

/** Run the rounds on the link HOT; return the table, the ratios and whether every click was counted.
 * @param {Server} server @param {Settings} settings */
export async function runRounds(server, settings) {
  const rows = await prepare(server, settings);
  const counts = await warmUp(server, rows);
  /** @type {Record<string, Sample[]>} */
  const samples = Object.fromEntries(rows.map(({ name }) => [name, []]));
  for (let number = 0; number < settings.rounds; number += 1) {
    /** @type {Record<string, Sample[]>} */
    const halves = Object.fromEntries(rows.map(({ name }) => [name, []]));
    const second = rows.filter(({ countsAfresh }) => !countsAfresh).toReversed();
    for (const row of [...rows, ...second]) halves[row.name]?.push(await measure(server, row, number, counts));
    for (const { name } of rows) {
      const sample = together(halves[name] ?? []);
      samples[name]?.push(sample);
      console.log(`round ${number + 1} ${name}: ${sample.cpu_ms} ms CPU, ${sample.rps} requests/s`);
    }
  }
  return { rows: tableOf(samples), ratios: ratiosOf(samples, COMPARED), clicks: counts.total };
}

/** Two halves as one sample: sums, and the means of what cannot be added.
 * @param {Sample[]} halves @returns {Sample} */
function together(halves) {
  const sum = (/** @type {"answered" | "failed" | "cutOff" | "cpu"} */ name) =>
    halves.reduce((total, half) => total + half[name], 0);
  const mean = (/** @type {"rps" | "p50_ms" | "p99_ms"} */ name) =>
    round(halves.reduce((total, half) => total + half[name], 0) / halves.length);
  const [answered, cpu] = [sum("answered"), sum("cpu")];
  return {
    ...{ answered, failed: sum("failed"), cutOff: sum("cutOff"), cpu, cpu_ms: round(cpu / answered) },
    ...{ rps: mean("rps"), p50_ms: mean("p50_ms"), p99_ms: mean("p99_ms") },
  };
}

/** @param {Server} server @param {Settings} settings @returns {Promise<Row[]>} */
async function prepare(server, { rounds, seconds, coldLinks, connections, drive }) {
  const coldCodes = Array.from({ length: rounds }, (_, number) => codes(`cold${number}x`, coldLinks));
  for (const some of coldCodes) await seed(server, "claim", some);
  const drainMs = (await flushMs()) + FLUSH_MARGIN_MS;
  await server.quiet(drainMs);
  const row = (
    /** @type {string} */ name,
    /** @type {string} */ worker,
    /** @type {string} */ path,
    /** @type {number} */ status,
  ) => {
    const target = { origin: server.origin(worker), path: () => path, status };
    return { name, target, load: () => drive(target, { connections, seconds: seconds / 2 }), restMs: REST_MS };
  };
  const hot = row("redirect_hot", EDGE, `/s/${HOT}`, 302);
  const coldOf = (/** @type {number} */ number) => /** @type {string[]} */ (coldCodes[number]);
  return [
    row("js_hello", "js-hello", "/", 200),
    row("js_kv", "js-kv", `/${HOT}`, 302),
    {
      ...row("js_kv_object", "js-kv-object", `/${HOT}`, 302),
      counted: () => askJson(`${server.origin("js-kv-object")}/${HOT}/clicks`),
    },
    row("python_constant", "bench-constant", "/", 200),
    { ...hot, restMs: drainMs, counted: () => clicksOf(server, HOT) },
    {
      name: "redirect_cold",
      target: hot.target,
      load: (number) => {
        const path = (/** @type {number} */ turn) => `/s/${coldOf(number)[turn]}`;
        return closedLoop({ ...hot.target, path }, { connections, requests: coldLinks });
      },
      restMs: drainMs,
      counted: (number) => clicksOfAll(server, coldOf(number)),
      countsAfresh: true,
    },
  ];
}

/** Let every Worker run for a while before anything is measured.
 * @param {Server} server @param {Row[]} rows */
async function warmUp(server, rows) {
  /** @type {{ before: Record<string, number>, total: { answered: number, counted: number } }} */
  const counts = { before: {}, total: { answered: 0, counted: 0 } };
  for (const { name, target, restMs, counted, countsAfresh } of rows) {
    if (countsAfresh) continue;
    const { answered } = await closedLoop(target, { connections: 16, requests: WARM_REQUESTS });
    await server.quiet(restMs);
    if (counted) counts.before[name] = await countUpTo(() => counted(0), answered);
  }
  return counts;
}

/** One row of one round: its load, then rest until the queued work is done, then the check of the count.
 * @param {Server} server @param {Row} row @param {number} number
 * @param {{ before: Record<string, number>, total: { answered: number, counted: number } }} counts
 * @returns {Promise<Sample>} */
async function measure(server, row, number, counts) {
  const before = server.cpuMs();
  const outcome = await row.load(number);
  await server.quiet(row.restMs);
  const cpu = server.cpuMs() - before;
  const { counted } = row;
  if (counted) {
    const base = row.countsAfresh ? 0 : (counts.before[row.name] ?? 0);
    const now = await countUpTo(() => counted(number), base + outcome.answered);
    counts.before[row.name] = now;
    checkCount(row.name, outcome, now - base);
    if (row.name.startsWith("redirect") && !outcome.cutOff) {
      counts.total.answered += outcome.answered;
      counts.total.counted += now - base;
    }
  }
  return { ...outcome, cpu, cpu_ms: round(cpu / outcome.answered) };
}

/** Every answered redirect is a click, and nothing else is but what was answered unseen.
 * @param {string} name @param {Pick<Outcome, "answered" | "failed" | "failures" | "cutOff">} outcome
 * @param {number} counted */
export function checkCount(name, { answered, failed, failures = {}, cutOff }, counted) {
  const unseen = failed + cutOff;
  const right = counted >= answered && counted <= answered + unseen;
  const verdict = right ? "count right" : "COUNT WRONG";
  console.log(`  ${name}: ${answered} answered, ${counted} counted (${unseen} may be unseen): ${verdict}`);
  if (failed) console.log(`  ${name}: ${failed} failed: ${JSON.stringify(failures)}`);
  if (!right) process.exitCode = 1;
}

/** @param {Record<string, Sample[]>} samples */
function tableOf(samples) {
  const fields = /** @type {const} */ (["cpu_ms", "rps", "p50_ms", "p99_ms"]);
  return Object.fromEntries(
    Object.entries(samples).map(([name, all]) => {
      const medians = fields.map((field) => [field, round(median(all.map((sample) => sample[field])))]);
      const { min, max } = spread(all.map((sample) => sample.cpu_ms));
      const requests = all.reduce((sum, sample) => sum + sample.answered, 0);
      const failed = all.reduce((sum, sample) => sum + sample.failed, 0);
      return [name, { ...Object.fromEntries(medians), cpu_ms_min: min, cpu_ms_max: max, requests, failed }];
    }),
  );
}

/** The CPU, or another figure, of one row over that of another, round by round.
 * @param {Record<string, any[]>} samples @param {string[][]} compared @param {string} [field] */
export function ratiosOf(samples, compared, field = "cpu_ms") {
  return Object.fromEntries(
    compared.map(([one = "", other = ""]) => {
      const pairs = samples[other] ?? [];
      const rounds = (samples[one] ?? []).map((sample, index) => round(sample[field] / (pairs[index]?.[field] ?? 0)));
      return [`${one}/${other}`, { ...spread(rounds), rounds }];
    }),
  );
}

// `npm run bench -- redirect`: short links beside JavaScript Workers and a constant Python Worker on one workerd.
//
// --rounds N, --seconds S   how many paired rounds, and how long each row of a round, in two halves (5 and 4)
// --quick                   3 rounds of 2 s and fewer links: under two minutes
// --growth                  also 1 to 100,000 links, which takes some twenty minutes
// --only PART               one of rounds, calls, figures, together, growth
// --json PATH               the same for machines

import fs from "node:fs";
import os from "node:os";
import { parseArgs } from "node:util";
import { chooseDriver } from "./load/drivers.mjs";
import { countDefaults, countLevels, countNaive, showComplaints } from "./calls.mjs";
import { measureFigures } from "./figures.mjs";
import { measureGrowth } from "./growth.mjs";
import { create } from "./links.mjs";
import { HOT, runRounds } from "./rounds.mjs";
import { startServer } from "./server.mjs";
import { measureTogether } from "./together.mjs";
import { CONSTANT_CONFIG, javascriptWorkers, NOT_MODERATED, PRODUCT_CONFIGS } from "./workers.mjs";

const CONNECTIONS = 16;
const FULL = {
  rounds: 5,
  seconds: 4,
  coldLinks: 500,
  hotRequests: 5000,
  levelRequests: { 1: 1000, 10: 2000, 100: 4000 },
  naiveRequests: 1000,
  zipfLinks: 10_000,
  figureSeconds: 30,
  together: { seconds: 2, rounds: 40 },
  growth: { sizes: [1, 100, 1000, 10_000, 100_000], seconds: 25, rounds: 3, counted: 1000 },
};
const QUICK = {
  rounds: 3,
  seconds: 2,
  coldLinks: 50,
  hotRequests: 2000,
  levelRequests: { 1: 150, 10: 300, 100: 800 },
  naiveRequests: 300,
  zipfLinks: 500,
  figureSeconds: 3,
  together: { seconds: 2, rounds: 10 },
  growth: { sizes: [1, 100, 1000], seconds: 4, rounds: 1, counted: 1000 },
};
/** What the tables of calls show. */
const CALLS = [
  "answered",
  "counted",
  "cpu_ms",
  "clicks_a_flush",
  "kv_reads_per_1000",
  "object_calls_per_1000",
  "queue_sends_per_1000",
  "rows_read_per_1000",
  "rows_written_per_1000",
];
const USUAL_PARTS = ["rounds", "calls", "figures"];
/** The others take so long that they have to be asked for. */
const PARTS = [...USUAL_PARTS, "together", "growth"];

/** @param {string[]} args */
export async function benchRedirect(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      quick: { type: "boolean", default: false },
      growth: { type: "boolean", default: false },
      only: { type: "string" },
      json: { type: "string" },
    },
  });
  const preset = values.quick ? QUICK : FULL;
  const settings = {
    ...preset,
    rounds: Number(values.rounds ?? preset.rounds),
    seconds: Number(values.seconds ?? preset.seconds),
  };
  const result = await measureRedirects(settings, chosenParts(values.only, values.growth));
  print(result);
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
}

/** A quick run without a command line, for `npm run bench -- cost`. */
export async function quickCalls() {
  return measureRedirects(QUICK, new Set(["calls"]));
}

/** @param {string | undefined} only @param {boolean} growth */
function chosenParts(only, growth) {
  if (only && !PARTS.includes(only)) throw new Error(`there is no part ${only}; there are ${PARTS.join(", ")}`);
  if (only) return new Set([only]);
  return new Set(growth ? [...USUAL_PARTS, "growth"] : USUAL_PARTS);
}

/** @param {typeof FULL} settings @param {Set<string>} parts @returns {Promise<any>} */
async function measureRedirects(settings, parts) {
  const driver = await chooseDriver();
  /** @type {Record<string, any>} */
  const result = { setup: { ...machine(), driver: driver.name, connections: CONNECTIONS, ...settings } };
  if (parts.has("rounds") || parts.has("figures")) Object.assign(result, await onProduct(settings, parts, driver));
  if (parts.has("calls")) {
    const { clicks, zipf, ...counts } = await countDefaults(settings);
    const before = result.clicks ?? { answered: 0, counted: 0 };
    Object.assign(result, counts, {
      clicks: { answered: before.answered + clicks.answered, counted: before.counted + clicks.counted },
      flush: await countLevels(settings.levelRequests),
      naive: await countNaive(settings.naiveRequests),
      figures: { ...result.figures, zipf },
    });
  }
  if (parts.has("together")) result.together = await measureTogether(settings.together);
  if (parts.has("growth")) result.growth = await measureGrowth(settings.growth);
  return result;
}

/** What needs the whole product and the peers.
 * @param {typeof FULL} settings @param {Set<string>} parts
 * @param {Awaited<ReturnType<typeof chooseDriver>>} driver */
async function onProduct(settings, parts, { drive }) {
  const server = await startServer({
    configs: [...PRODUCT_CONFIGS, CONSTANT_CONFIG],
    queues: NOT_MODERATED,
    extraWorkers: await javascriptWorkers(["js-hello", "js-kv", "js-kv-object", "seeder"]),
  });
  try {
    await create(server, { code: HOT });
    const { rounds, seconds, coldLinks, figureSeconds } = settings;
    const paired = parts.has("rounds")
      ? await runRounds(server, { rounds, seconds, coldLinks, connections: CONNECTIONS, drive })
      : {};
    const figures = parts.has("figures") ? { figures: await measureFigures(server, { seconds: figureSeconds }) } : {};
    await showComplaints(server);
    return { ...paired, ...figures };
  } finally {
    await server.stop();
  }
}

function machine() {
  const [cpu] = os.cpus();
  const load = os.loadavg().map((one) => Math.round(one * 100) / 100);
  return { date: new Date().toISOString(), cores: os.cpus().length, cpu: cpu?.model, load, node: process.version };
}

/** @param {any} result */
function print({ setup, rows, ratios, clicks, object_calls_per_1000: calls, figures, growth, flush, naive, ...rest }) {
  console.log(`\n${setup.cores} cores, load ${setup.load.join(" ")} at the start, driver ${setup.driver}, `);
  if (rows) {
    console.log(
      `${setup.connections} connections straight to each Worker of one workerd, medians of ${setup.rounds} rounds;`,
    );
    console.log("CPU is user + system time of the whole server tree, after the queued work was done, per answer.");
    console.table(rows);
  }
  if (ratios) {
    console.log("CPU of one row over another, round by round:");
    console.table(shown(ratios));
  }
  if (calls !== undefined) console.log(`object calls per 1,000 hot redirects: ${calls}`);
  if (rest.calls) console.table(rest.calls, CALLS);
  if (flush) {
    console.log("by clicks a flush carries, and the naive design (counting is on, light load):");
    console.table({ ...flush, naive }, CALLS);
  }
  if (figures) console.log("below saturation:", figures);
  if (rest.together) {
    console.log("CPU of a hot redirect over a peer's, each in a server of its own, both loaded at the same moment:");
    console.table(shown(rest.together));
  }
  if (growth) console.table(growth);
  if (clicks) console.log(`clicks: ${clicks.answered} answered, ${clicks.counted} counted`);
}

/** @param {Record<string, { rounds: number[] }>} ratios */
function shown(ratios) {
  return Object.fromEntries(
    Object.entries(ratios).map(([name, { rounds, ...rest }]) => [name, { ...rest, rounds: rounds.join(" ") }]),
  );
}

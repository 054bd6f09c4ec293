// `npm run bench -- assets`: downloads beside a JavaScript Worker that only reads the bucket, and uploads.
//
// --rounds N, --seconds S   how many paired rounds, and how long each row of a round (5 and 4)
// --quick                   3 rounds of 1.5 s, and fewer uploads
// --only PART               one of downloads, uploads, memory
// --size NAME               downloads of one size: 10kb, 1mb or 50mb
// --json PATH               the same for machines

import fs from "node:fs";
import os from "node:os";
import { parseArgs } from "node:util";
import { measureDownloads } from "./assets-downloads.mjs";
import { measureUploadMemory, measureUploads } from "./assets-uploads.mjs";

const FULL = {
  rounds: 5,
  seconds: 4,
  warmRequests: 4000,
  uploads: { rounds: 5 },
  memory: { uploads: 20, megabytes: 50, megabytesPerSecond: 1 },
};
const QUICK = {
  rounds: 3,
  seconds: 1.5,
  warmRequests: 1500,
  uploads: { rounds: 3 },
  memory: { uploads: 20, megabytes: 50, megabytesPerSecond: 1 },
};
const PARTS = ["downloads", "uploads", "memory"];

/** @param {string[]} args */
export async function benchAssets(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      size: { type: "string" },
      json: { type: "string" },
    },
  });
  const preset = values.quick ? QUICK : FULL;
  const rounds = Number(values.rounds ?? preset.rounds);
  const seconds = Number(values.seconds ?? preset.seconds);
  const { only } = values;
  if (only && !PARTS.includes(only)) throw new Error(`there is no part ${only}; there are ${PARTS.join(", ")}`);
  const wants = (/** @type {string} */ part) => !only || only === part;
  /** @type {Record<string, any>} */
  const result = { setup: { ...machine(), ...preset, rounds, seconds } };
  if (wants("downloads"))
    Object.assign(result, await measureDownloads({ ...preset, rounds, seconds, size: values.size }));
  if (wants("uploads")) result.uploads = await measureUploads(preset.uploads);
  if (wants("memory")) result.memory = await measureUploadMemory(preset.memory);
  print(result);
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
}

function machine() {
  const [cpu] = os.cpus();
  const load = os.loadavg().map((one) => Math.round(one * 100) / 100);
  return { date: new Date().toISOString(), cores: os.cpus().length, cpu: cpu?.model, load, node: process.version };
}

/** @param {any} result */
function print({ setup, rows, throughput, cpu, uploads, memory }) {
  console.log(`\n${setup.cores} cores, load ${setup.load.join(" ")} at the start, medians of ${setup.rounds} rounds;`);
  console.log("CPU is user + system time of the whole server tree, after the queued work was done.");
  if (rows) {
    console.log("downloads, per answer:");
    console.table(rows);
    console.log("throughput of one row over another, round by round (more is better):");
    console.table(shown(throughput));
    console.log("CPU of one row over another, round by round (less is better):");
    console.table(shown(cpu));
  }
  if (uploads) {
    console.log(
      "uploads one after another, three servers at once, with the walk and the hash; what each megabyte adds is the CPU beyond",
    );
    console.log("that of the smallest file:");
    console.table(uploads.rows);
    console.log(
      "CPU of a megabyte of small and of large files beside each other, counted in two ways, round by round:",
    );
    console.table(shown(uploads.ratios));
  }
  if (memory) console.log("memory of the isolates in MiB while uploads run at once:", memory);
}

/** @param {Record<string, { rounds: number[] }>} ratios */
function shown(ratios) {
  return Object.fromEntries(
    Object.entries(ratios).map(([name, { rounds, ...rest }]) => [name, { ...rest, rounds: rounds.join(" ") }]),
  );
}

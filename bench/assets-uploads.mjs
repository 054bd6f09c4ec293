// What an upload costs: CPU for each megabyte of small and large files, and the isolates' memory under many at once.

import { setTimeout } from "node:timers/promises";
import { showComplaints } from "./calls.mjs";
import { upload } from "./load/upload.mjs";
import { ratiosOf } from "./rounds.mjs";
import { startServer, TOKEN } from "./server.mjs";
import { median, round, spread } from "./statistics.mjs";
import { API, OBJECTS, UPLOAD_CONFIGS } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server */
/** @typedef {{ mb: number, cpu_ms: number, mb_s: number }} Sample */

const MB = 1_000_000;
const MIB = 1024 * 1024;
const REST_MS = 500;
/** Before the memory is looked at. */
const WARM_UPLOADS = 20;
/** So many of the smallest file, and of the small one: the engine goes on compiling for hundreds of uploads. */
const WARM_LEAST = 200;
const WARM_SMALL = 60;
const LOOK_EVERY_MS = 250;
const MOST_MIB = 128;
const MOST_OVER_MEDIAN = 1.25;

let made = 0;

/** In megabytes; what every upload costs, however small, is told by a file of one frame. */
const SIZES = { least: 0.06, small: 1, large: 90 };

/** A server for each size. In each round all of them are busy for as long as the large file takes, so that they see the
 * same moments of a machine whose speed changes.
 * @param {{ rounds: number }} settings */
export async function measureUploads({ rounds }) {
  const servers = await Promise.all(Object.keys(SIZES).map(() => startServer({ configs: UPLOAD_CONFIGS })));
  const [least, small, large] = /** @type {[Server, Server, Server]} */ (servers);
  try {
    await Promise.all([times(WARM_LEAST, least, SIZES.least), times(WARM_SMALL, small, SIZES.small)]);
    await times(1, large, SIZES.large);
    /** @type {Record<string, Sample[]>} */
    const samples = { least: [], small: [], large: [] };
    for (let number = 0; number < rounds; number += 1) {
      let isRunning = true;
      const largest = measure(large, SIZES.large, () => false).finally(() => (isRunning = false));
      const others = [measure(least, SIZES.least, () => isRunning), measure(small, SIZES.small, () => isRunning)];
      const found = await Promise.all([...others, largest]);
      for (const [index, name] of Object.keys(SIZES).entries()) {
        const sample = /** @type {Sample} */ (found[index]);
        samples[name]?.push(sample);
        console.log(`round ${number + 1} ${name}: ${sample.cpu_ms} ms CPU, ${sample.mb_s} MB/s`);
      }
    }
    for (const server of servers) await showComplaints(server);
    const added = withAddedCpu(samples);
    return { rows: tableOf(added), ratios: uploadRatios(added) };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** @param {number} number @param {Server} server @param {number} megabytes */
async function times(number, server, megabytes) {
  for (let count = 0; count < number; count += 1) await uploadOne(server, megabytes * MB);
  await server.quiet(REST_MS);
}

/** Upload files of a size one after another, at least one, for as long as there are to be more.
 * @param {Server} server @param {number} megabytes @param {() => boolean} isMore
 * @returns {Promise<Sample>} of one upload on average */
async function measure(server, megabytes, isMore) {
  const before = server.cpuMs();
  const started = performance.now();
  let [bytes, uploads] = [0, 0];
  do {
    bytes += await uploadOne(server, megabytes * MB);
    uploads += 1;
  } while (isMore());
  const seconds = (performance.now() - started) / 1000;
  await server.quiet(REST_MS);
  const cpu = server.cpuMs() - before;
  const sent = bytes / MB;
  return { mb: round(sent / uploads), cpu_ms: round(cpu / uploads, 2), mb_s: round(sent / seconds, 1) };
}

/** What a megabyte of a large and of a small file cost beside each other, in both ways to count it: all that an upload
 * costs, shared among its megabytes, and only what a megabyte adds to the least upload.
 * @param {ReturnType<typeof withAddedCpu>} samples */
export function uploadRatios(samples) {
  const all = ratiosOf(samples, [["small", "large"]], "cpu_ms_per_mb");
  const added = ratiosOf(samples, [["large", "small"]], "added_ms_per_mb");
  return {
    "small/large, all CPU of a megabyte": all["small/large"],
    "large/small, CPU that a megabyte adds": added["large/small"],
  };
}

/** Each sample with its CPU for a megabyte, and with the CPU that a megabyte adds to the smallest file of its round.
 * @param {Record<string, Sample[]>} samples
 * @returns {Record<string, (Sample & { cpu_ms_per_mb: number, added_ms_per_mb: number })[]>} */
export function withAddedCpu({ least = [], ...others }) {
  const added = (/** @type {Sample} */ sample, /** @type {number} */ index) => {
    const { cpu_ms: cpu, mb } = /** @type {Sample} */ (least[index]);
    return { ...perMb(sample), added_ms_per_mb: round((sample.cpu_ms - cpu) / (sample.mb - mb), 2) };
  };
  const perMb = (/** @type {Sample} */ sample) => ({
    ...sample,
    cpu_ms_per_mb: round(sample.cpu_ms / sample.mb, 2),
  });
  const rest = Object.entries(others).map(([name, all]) => [name, all.map(added)]);
  return { least: least.map((sample) => ({ ...perMb(sample), added_ms_per_mb: 0 })), ...Object.fromEntries(rest) };
}

/** @param {ReturnType<typeof withAddedCpu>} samples */
function tableOf(samples) {
  return Object.fromEntries(
    Object.entries(samples).map(([name, all]) => {
      const of = (/** @type {keyof typeof all[0]} */ field) => median(all.map((sample) => sample[field]));
      const { min, max } = spread(all.map((sample) => sample.added_ms_per_mb));
      const row = { megabytes: of("mb"), cpu_ms: of("cpu_ms"), cpu_ms_per_mb: of("cpu_ms_per_mb") };
      return [
        name,
        { ...row, mb_s: of("mb_s"), added_ms_per_mb: of("added_ms_per_mb"), added_min: min, added_max: max },
      ];
    }),
  );
}

/** What the isolates hold while so many uploads run at once. The clients are no faster than the server can take, so
 * that all of them run all the time: from one as fast as a loopback is, workerd takes all before it looks at others.
 * @param {{ uploads: number, megabytes: number, megabytesPerSecond: number }} settings */
export async function measureUploadMemory({ uploads, megabytes, megabytesPerSecond }) {
  const server = await startServer({ configs: UPLOAD_CONFIGS, inspect: true });
  try {
    for (let count = 0; count < WARM_UPLOADS; count += 1) await uploadOne(server, MB);
    const before = await memoryOf(server);
    let isRunning = true;
    /** @type {Awaited<ReturnType<typeof memoryOf>>[]} */
    const during = [];
    const looking = (async () => {
      while (isRunning) {
        during.push(await memoryOf(server));
        await setTimeout(LOOK_EVERY_MS);
      }
    })();
    const started = performance.now();
    const all = Array.from({ length: uploads }, () => uploadOne(server, megabytes * MB, megabytesPerSecond * MB));
    const lengths = await Promise.all(all);
    const seconds = (performance.now() - started) / 1000;
    isRunning = false;
    await looking;
    await showComplaints(server);
    const sent = lengths.reduce((sum, length) => sum + length, 0) / MB;
    const api = growth(before, during, "api");
    console.log(`  api: ${api.most} MiB at most, ${isFlat(api) ? "memory flat" : "MEMORY NOT FLAT"}`);
    if (!isFlat(api)) process.exitCode = 1;
    return {
      uploads,
      megabytes: round(sent / uploads, 1),
      mb_s: round(sent / seconds, 1),
      looks: during.length,
      api,
      objects: growth(before, during, "objects"),
    };
  } finally {
    await server.stop();
  }
}

/** @param {Server} server */
async function memoryOf(server) {
  const report = await server.control("memory");
  return { api: report[API], objects: report[OBJECTS] };
}

/** Before, at the most, how that was made up, and how far it was above what is usual: 1 is flat.
 * @param {Awaited<ReturnType<typeof memoryOf>>} before @param {Awaited<ReturnType<typeof memoryOf>>[]} during
 * @param {"api" | "objects"} worker */
function growth(before, during, worker) {
  const looks = during.map((one) => one[worker]).toSorted((one, other) => one.totalBytes - other.totalBytes);
  const most = looks.at(-1);
  const mib = (/** @type {number} */ bytes) => round(bytes / MIB, 1);
  const usual = median(looks.map((look) => look.totalBytes));
  return {
    before: mib(before[worker].totalBytes),
    median: mib(usual),
    most: mib(most.totalBytes),
    most_over_median: round(most.totalBytes / usual, 2),
    of_that_heap: mib(most.heapBytes),
    of_that_wasm: mib(most.wasmBytes),
  };
}

/** Whether an isolate stays within its limit, and holds at the most about what it holds all the time.
 * @param {{ most: number, most_over_median: number }} found */
export function isFlat({ most, most_over_median: over }) {
  return most <= MOST_MIB && over <= MOST_OVER_MEDIAN;
}

/** @param {Server} server @param {number} bytes @param {number} [bytesPerSecond] */
function uploadOne(server, bytes, bytesPerSecond) {
  made += 1;
  return upload(`${server.origin(API)}/api/v1/assets`, TOKEN, bytes, made, bytesPerSecond);
}

// The paired rounds of downloads: each size whole and in part, from the edge's cache, from the bucket through the edge,
// and from the bucket through a JavaScript Worker that does nothing else.

import { createHmac } from "node:crypto";
import { askJson } from "./ask.mjs";
import { showComplaints } from "./calls.mjs";
import { downloads, hashOf } from "./load/download.mjs";
import { ratiosOf } from "./rounds.mjs";
import { SECRETS, startServer } from "./server.mjs";
import { median, round, spread } from "./statistics.mjs";
import { CONSTANT_CONFIG, EDGE, javascriptWorkers, REDIRECT_CONFIGS } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server @typedef {import("./load/download.mjs").Download} Download */
/**
 * @typedef {object} Row
 * @property {string} name
 * @property {Download} download
 * @property {number} connections
 *
 * @typedef {import("./load/download.mjs").Downloaded & { cpu_ms: number }} Sample
 */

const KB = 1000;
const MB = 1_000_000;
/** What a player or a scrubbing visitor asks for out of the middle. */
const SIZES = [
  { name: "10kb", bytes: 10 * KB, part: 4 * KB, connections: 16 },
  { name: "1mb", bytes: MB, part: 256 * KB, connections: 8 },
  { name: "50mb", bytes: 50 * MB, part: MB, connections: 2 },
];
const CONSTANT = "python_constant";
const REST_MS = 300;
const SIGNED_FOR_SECONDS = 86_400;
const WARM_LARGE_REQUESTS = 20;

/** @param {{ rounds: number, seconds: number, warmRequests: number, size?: string }} settings */
export async function measureDownloads(settings) {
  const sizes = SIZES.filter(({ name }) => !settings.size || name === settings.size);
  if (!sizes.length) throw new Error(`there is no size ${settings.size}; there are ${SIZES.map((one) => one.name)}`);
  const server = await startServer({
    configs: [...REDIRECT_CONFIGS, CONSTANT_CONFIG],
    extraWorkers: await javascriptWorkers(["js-r2", "asset-seeder"]),
  });
  try {
    const rows = await prepare(server, sizes, settings.warmRequests);
    const samples = await measureRounds(server, rows, settings);
    await showComplaints(server);
    const pairs = sizes
      .flatMap(({ name }) => [name, `${name}_part`])
      .flatMap((what) => [
        [`cache_${what}`, `js_${what}`],
        [`bucket_${what}`, `js_${what}`],
      ]);
    const hit = samples.cache_10kb ? [["cache_10kb", CONSTANT]] : [];
    return {
      rows: tableOf(samples),
      throughput: ratiosOf(samples, pairs, "mb_s"),
      cpu: ratiosOf(samples, [...hit, ...pairs]),
    };
  } finally {
    await server.stop();
  }
}

/** Put the assets in place, see that every way gives their bytes, and let every Worker run for a while.
 * @param {Server} server @param {typeof SIZES} sizes @param {number} warmRequests @returns {Promise<Row[]>} */
async function prepare(server, sizes, warmRequests) {
  const constant = { origin: server.origin("bench-constant"), path: "/", status: 200, bytes: 0 };
  const rows = [{ name: CONSTANT, download: constant, connections: 16 }];
  for (const { name, bytes, part, connections } of sizes) {
    const assetId = `bench-${name}`;
    const body = JSON.stringify({ assetId, bytes });
    const { sha256 } = await askJson(server.origin("asset-seeder"), { method: "POST", body });
    const ways = {
      js: { origin: server.origin("js-r2"), path: `/media/${assetId}/original.gif` },
      bucket: { origin: server.origin(EDGE), path: signed(`/a/${assetId}`) },
      cache: { origin: server.origin(EDGE), path: `/a/${assetId}` },
    };
    const start = Math.floor(bytes / 2);
    for (const [way, place] of Object.entries(ways)) {
      const whole = { ...place, status: 200, bytes };
      if ((await hashOf(whole)) !== sha256) throw new Error(`${place.path} gave other bytes`);
      const some = { ...place, status: 206, bytes: part, range: `bytes=${start}-${start + part - 1}` };
      rows.push({ name: `${way}_${name}`, download: whole, connections });
      rows.push({ name: `${way}_${name}_part`, download: some, connections });
    }
  }
  await server.quiet(REST_MS);
  for (const { download, connections } of rows) {
    const requests = download.bytes > 10 * KB ? WARM_LARGE_REQUESTS : warmRequests;
    await downloads(download, { connections, requests });
  }
  return rows;
}

/** Every row once a round, in turns from the first and from the last.
 * @param {Server} server @param {Row[]} rows @param {{ rounds: number, seconds: number }} settings */
async function measureRounds(server, rows, { rounds, seconds }) {
  /** @type {Record<string, Sample[]>} */
  const samples = Object.fromEntries(rows.map(({ name }) => [name, []]));
  for (let number = 0; number < rounds; number += 1) {
    for (const { name, download, connections } of number % 2 ? rows.toReversed() : rows) {
      await server.quiet(REST_MS);
      const before = server.cpuMs();
      const outcome = await downloads(download, { connections, seconds });
      await server.quiet(REST_MS);
      const sample = { ...outcome, cpu_ms: round((server.cpuMs() - before) / outcome.answered) };
      samples[name]?.push(sample);
      console.log(`round ${number + 1} ${name}: ${sample.mb_s} MB/s, ${sample.rps}/s, ${sample.cpu_ms} ms CPU`);
      if (sample.failed) console.log(`  ${name}: ${sample.failed} failed`);
    }
  }
  return samples;
}

/** @param {Record<string, Sample[]>} samples */
function tableOf(samples) {
  const fields = /** @type {const} */ (["mb_s", "rps", "p50_ms", "p99_ms", "cpu_ms"]);
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

/** A URL that has the edge read the bucket each time: what one grants is kept in no cache (docs/signed-urls.md).
 * @param {string} path */
function signed(path) {
  const expires = Math.floor(Date.now() / 1000) + SIGNED_FOR_SECONDS;
  const canonical = ["v1", "k1", path, expires, ""].join("\n");
  const signature = createHmac("sha256", SECRETS.SIGNING_SECRET).update(canonical).digest("base64url");
  return `${path}?expires=${expires}&kid=k1&signature=v1.${signature}`;
}

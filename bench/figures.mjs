// Latency below saturation: how long making a link and following one take, at a constant rate.

import { closedLoop, openLoop } from "./load/own.mjs";
import { create } from "./links.mjs";
import { percentile, round } from "./statistics.mjs";
import { HOT } from "./rounds.mjs";
import { EDGE } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server */

const CONNECTIONS = 16;
/** The share of what the server can do that counts as below saturation. */
const LOAD_SHARE = 0.5;
const CALIBRATION_SECONDS = 1.5;
const CREATIONS_PER_SECOND = 10;

/** @param {Server} server @param {{ seconds: number }} settings */
export async function measureFigures(server, { seconds }) {
  const target = { origin: server.origin(EDGE), path: () => `/s/${HOT}`, status: 302 };
  const { rps } = await closedLoop(target, { connections: CONNECTIONS, seconds: CALIBRATION_SECONDS });
  const rate = Math.round(rps * LOAD_SHARE);
  const redirects = await openLoop(target, { rate, seconds });
  await server.quiet(CALIBRATION_SECONDS * 1000);
  const creations = await createAtRate(server, CREATIONS_PER_SECOND, seconds);
  return {
    redirect_per_second: rate,
    redirect_p50_ms: redirects.p50_ms,
    redirect_p95_ms: redirects.p95_ms,
    redirect_p99_ms: redirects.p99_ms,
    creation_per_second: CREATIONS_PER_SECOND,
    creation_p50_ms: round(percentile(creations, 0.5), 1),
    creation_p95_ms: round(percentile(creations, 0.95), 1),
  };
}

/** The milliseconds that each creation took, from when it was due.
 * @param {Server} server @param {number} rate @param {number} seconds */
async function createAtRate(server, rate, seconds) {
  const started = performance.now();
  const pending = Array.from({ length: rate * seconds }, async (_, index) => {
    const due = (index * 1000) / rate;
    await new Promise((resolve) => setTimeout(resolve, due));
    await create(server, { title: `Link ${index}` });
    return performance.now() - started - due;
  });
  return Promise.all(pending);
}

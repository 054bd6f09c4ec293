// A hot redirect beside one peer, each in a server of its own and both loaded at the same moment: a machine that slows
// down or speeds up meanwhile does so for both, which rounds in turns only even out.

import { setTimeout } from "node:timers/promises";
import { redirectServer, showComplaints } from "./calls.mjs";
import { clicksOfAll, seed, TARGET } from "./links.mjs";
import { closedLoop } from "./load/own.mjs";
import { checkCount } from "./rounds.mjs";
import { countUpTo, startServer } from "./server.mjs";
import { median, round, spread } from "./statistics.mjs";
import { CONSTANT_CONFIG, EDGE, flushMs, javascriptWorkers, REDIRECT_CONFIGS } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server */
/** @typedef {{ server: Server, target: import("./load/own.mjs").Target }} Side */

/** For each of the two servers. */
const CONNECTIONS = 8;
const CODE = "together";
/** Until then the engine compiles what runs. */
const WARM_SECONDS = 6;
const MARGIN_MS = 400;

/** @type {Record<string, () => Promise<Side>>} */
const PEERS = { python_constant: constant, js_kv_object: kvAndObject };

/** @param {{ seconds: number, rounds: number }} settings */
export async function measureTogether({ seconds, rounds }) {
  /** @type {Record<string, Awaited<ReturnType<typeof beside>>>} */
  const table = {};
  for (const [name, start] of Object.entries(PEERS)) {
    table[`redirect_hot/${name}`] = await beside(name, start, { seconds, rounds });
  }
  return table;
}

/** @param {string} name @param {() => Promise<Side>} start @param {{ seconds: number, rounds: number }} settings */
async function beside(name, start, { seconds, rounds }) {
  const [hot, peer] = await Promise.all([redirect(), start()]);
  try {
    const both = (/** @type {number} */ long) => Promise.all([load(hot, long), load(peer, long)]);
    const warmUp = await both(WARM_SECONDS);
    /** @type {Awaited<ReturnType<typeof both>>[]} */
    const samples = [];
    for (let number = 0; number < rounds; number += 1) samples.push(await both(seconds));
    await checkClicks(
      hot.server,
      name,
      [warmUp, ...samples].map(([of]) => of.outcome),
    );
    await showComplaints(hot.server);
    const ratios = samples.map(([ofHot, ofPeer]) => ofHot.cpuMs / ofPeer.cpuMs);
    const middle = (/** @type {0 | 1} */ side) => round(median(samples.map((sample) => sample[side].cpuMs)));
    return { ...spread(ratios), hot_ms: middle(0), peer_ms: middle(1), rounds: ratios.map((one) => round(one, 2)) };
  } finally {
    await Promise.all([hot.server.stop(), peer.server.stop()]);
  }
}

/** CPU of an answer while both work; what waits until later is part of the next sample.
 * @param {Side} side @param {number} seconds */
async function load({ server, target }, seconds) {
  const before = server.cpuMs();
  const outcome = await closedLoop(target, { connections: CONNECTIONS, seconds });
  return { outcome, cpuMs: (server.cpuMs() - before) / outcome.answered };
}

/** @param {Server} server @param {string} name @param {import("./load/own.mjs").Outcome[]} outcomes */
async function checkClicks(server, name, outcomes) {
  const total = (/** @type {"answered" | "failed" | "cutOff"} */ of) =>
    outcomes.reduce((sum, outcome) => sum + outcome[of], 0);
  await setTimeout((await flushMs()) + MARGIN_MS);
  const counted = await countUpTo(() => clicksOfAll(server, [CODE]), total("answered"));
  const sums = { answered: total("answered"), failed: total("failed"), cutOff: total("cutOff") };
  checkCount(`hot beside ${name}`, sums, counted);
}

/** @returns {Promise<Side>} */
async function redirect() {
  const server = await redirectServer({}, { countCalls: false });
  await seed(server, "claim", [CODE]);
  return { server, target: { origin: server.origin(EDGE), path: () => `/s/${CODE}`, status: 302 } };
}

/** @returns {Promise<Side>} */
async function constant() {
  const server = await startServer({ configs: [CONSTANT_CONFIG] });
  return { server, target: { origin: server.origin("bench-constant"), path: () => "/", status: 200 } };
}

/** @returns {Promise<Side>} */
async function kvAndObject() {
  const extraWorkers = await javascriptWorkers(["js-kv-object"]);
  const server = await startServer({ configs: REDIRECT_CONFIGS, extraWorkers });
  const record = JSON.stringify({ code: CODE, target: TARGET });
  await server.control("kv", { namespace: "METADATA", method: "put", args: [`link:${CODE}`, record] });
  return { server, target: { origin: server.origin("js-kv-object"), path: () => `/${CODE}`, status: 302 } };
}

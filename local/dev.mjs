// `npm run dev`: the whole product on one port, reloaded when its sources change.

import { randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BlockList } from "./block-list.mjs";
import { readConfigs } from "./config.mjs";
import { isDue, untilNextMinute } from "./crons.mjs";
import { Engine } from "./engine.mjs";
import { PRODUCT_CONFIGS, STATE } from "./paths.mjs";

const DEFAULT_PORT = 8787;
const LOOK_EVERY_MS = 300;
const MOST_SWEEP_SECONDS = 86_400;
/** Secrets that a start makes itself; the others are keys of services, and stay out unless the environment has them. */
const MADE_SECRETS = ["ADMIN_TOKEN", "LEDGER_KEY", "LINK_PEPPER", "SIGNING_SECRET"];
const THIS_MACHINE = "127.0.0.1";
/** Here all visitors share an address and all clients a token, and somebody may try what the product can take. */
const LIMITS_OF_ONE = { api_token: { requests_per_window: 60_000 }, redirects: { requests_per_window: 600_000 } };

const port = readPort();
const { values: options } = parseArgs({
  options: {
    port: { type: "string" },
    "in-memory": { type: "boolean", default: false },
    "behind-proxy": { type: "boolean", default: false },
    "sweep-every": { type: "string" },
  },
});
const sweepSeconds = readSweepSeconds(options["sweep-every"]);
await refuseTakenPort(port);
const origin = `http://127.0.0.1:${port}`;
const inMemory = options["in-memory"] ?? false;
const secrets = Object.fromEntries(MADE_SECRETS.map((name) => [name, secret(name, inMemory)]));
const declared = fromEnvironment(await readConfigs(PRODUCT_CONFIGS));

const engine = new Engine({
  configs: PRODUCT_CONFIGS,
  port,
  persist: inMemory ? false : STATE,
  clientAddress: options["behind-proxy"] ? undefined : THIS_MACHINE,
  vars: {
    PREVIOUS_LEDGER_KEYS: "{}",
    PREVIOUS_SIGNING_KEYS: "{}",
    PUBLIC_BASE_URL: origin,
    RATE_LIMITS: JSON.stringify(LIMITS_OF_ONE),
    ...declared,
    ...secrets,
  },
  onLog: show,
  onBoot: ({ worker, bootSeconds, importSeconds }) =>
    console.log(`${worker}: up after ${bootSeconds.toFixed(2)} s, its import took ${importSeconds.toFixed(2)} s`),
});

let stopping = false;
async function stop(code = 0) {
  if (stopping) return;
  stopping = true;
  await engine.stop();
  process.exit(code);
}
handleSignals();

try {
  await engine.start();
} catch (error) {
  console.error(`the product did not start:\n${/** @type {Error} */ (error).message}`);
  await stop(1);
}
handleSignals();
let loaded = sources();
const blockList = new BlockList(engine);
await loadBlockList();
console.log(`ready ${origin}`);
console.log(`operator token: ${secrets.ADMIN_TOKEN}

Try:
  curl -s -X POST ${origin}/api/v1/links -H "authorization: Bearer ${secrets.ADMIN_TOKEN}" -H "content-type: application/json" -d '{"target": "https://example.com/", "code": "hello"}'
  curl -i ${origin}/s/hello
  curl -s ${origin}/api/v1/links/hello -H "authorization: Bearer ${secrets.ADMIN_TOKEN}"
`);
await Promise.all([watch(), keepTime()]);

/** Be the only one to handle signals: Miniflare's own handler ends the process before workerd is gone. */
function handleSignals() {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.removeAllListeners(signal);
    process.on(signal, () => void stop());
  }
}

function readPort() {
  const { values } = parseArgs({ options: { port: { type: "string" } }, strict: false });
  const wanted = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535) fail(`${values.port} is not a port number`);
  return wanted;
}

/** @param {string | undefined} text */
function readSweepSeconds(text) {
  if (text === undefined) return undefined;
  const wanted = Number(text);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > MOST_SWEEP_SECONDS) fail(`${text} is no number of seconds`);
  return wanted;
}

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** @param {number} wanted */
async function refuseTakenPort(wanted) {
  const probe = net.createServer();
  const taken = await new Promise((resolve) => {
    probe.once("error", () => resolve(true));
    probe.listen(wanted, "127.0.0.1", () => probe.close(() => resolve(false)));
  });
  if (taken) fail(`port ${wanted} is taken; choose another with: npm run dev -- --port ${wanted + 3}`);
}

/** A secret of the environment, else one that is made once and kept beside the state.
 * @param {string} name @param {boolean} forgotten */
function secret(name, forgotten) {
  const given = process.env[name];
  if (given) return given;
  const file = path.join(STATE, name.toLowerCase().replaceAll("_", "-"));
  if (fs.existsSync(file)) return fs.readFileSync(file, "utf8").trim();
  const made = randomBytes(24).toString("base64url");
  if (!forgotten) {
    fs.mkdirSync(STATE, { recursive: true });
    fs.writeFileSync(file, `${made}\n`, { mode: 0o600 });
  }
  return made;
}

/** Every variable and secret that a wrangler file declares, as far as the environment has it.
 * @param {import("./config.mjs").WorkerConfig[]} configs @returns {Record<string, string>} */
function fromEnvironment(configs) {
  const names = configs.flatMap((config) => [...Object.keys(config.miniflare.bindings ?? {}), ...config.secrets]);
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, String(process.env[name])]] : [])));
}

/** Run the crons of all Workers when they are due, or as often as was asked. The clock is the machine's, in UTC. */
async function keepTime() {
  for (;;) {
    await setTimeout(sweepSeconds === undefined ? untilNextMinute(Date.now()) : sweepSeconds * 1000);
    const now = new Date();
    const due = engine.configs.flatMap(({ name, crons }) =>
      crons.filter((cron) => sweepSeconds !== undefined || isDue(cron, now)).map((cron) => ({ name, cron })),
    );
    for (const { name, cron } of due) await runCron(name, cron, now);
  }
}

/** What fails is told and comes again: it may have met a reload.
 * @param {string} name @param {string} cron @param {Date} scheduledTime */
async function runCron(name, cron, scheduledTime) {
  try {
    const worker = /** @type {any} */ (await engine.miniflare.getWorker(name));
    await worker.scheduled({ cron, scheduledTime });
  } catch (error) {
    console.error(`the cron ${cron} of ${name} failed: ${/** @type {Error} */ (error).message}`);
  }
}

/** Load the block-list of domains if `npm run blocklist` has left another one. */
async function loadBlockList() {
  try {
    if (await blockList.refresh()) console.log("block-list loaded");
  } catch (error) {
    console.error(`the block-list was not loaded: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} line @param {"stdout" | "stderr"} stream */
function show(line, stream) {
  const trace = /^@@trace (.*)$/.exec(line);
  const text = trace ? JSON.parse(trace[1] ?? "").trace : line;
  (stream === "stderr" || trace ? process.stderr : process.stdout).write(`${text}\n`);
}

/** Reload when a source differs from what was last loaded. Looking beats `fs.watch`, which misses changes in
 * folders that it watches recursively on Linux; looking at some hundred files takes milliseconds. */
async function watch() {
  for (;;) {
    await setTimeout(LOOK_EVERY_MS);
    await loadBlockList();
    const now = sources();
    if (now === loaded) continue;
    loaded = now;
    await reload();
  }
}

/** Names, times and sizes of all sources. */
function sources() {
  const folders = new Set(engine.configs.flatMap(({ watchFolders }) => watchFolders));
  const rows = [];
  for (const folder of folders) {
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".py")) continue;
      const file = path.join(entry.parentPath, entry.name);
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      rows.push(`${file} ${stat?.mtimeMs} ${stat?.size}`);
    }
  }
  return rows.join("\n");
}

async function reload() {
  const started = performance.now();
  try {
    await engine.reload();
    console.log(`reloaded in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.error(`not reloaded; mend this and save again:\n${/** @type {Error} */ (error).message}`);
  }
}

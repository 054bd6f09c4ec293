// The engine as a child process of the test harness: prints one JSON line when it is ready, takes commands over
// a control channel, and stops when its parent goes away.
//
// usage: node local/serve.mjs '{"configs": [...], "persist": "folder", ...}'

import { startControl } from "./control.mjs";
import { Engine } from "./engine.mjs";
import { childrenOf } from "./processes.mjs";

const { started = performance.now(), ...options } = JSON.parse(process.argv[2] ?? "{}");
/** @type {string[]} */
const logs = [];
/** @type {import("./engine.mjs").BootNote[]} */
const boots = [];

const engine = new Engine({
  ...options,
  onLog: (line) => logs.push(line),
  onBoot: (note) => boots.push(note),
});

async function stop(code = 0) {
  await engine.stop();
  process.exit(code);
}

process.on("SIGTERM", () => void stop());
process.on("SIGINT", () => void stop());
process.stdin.on("end", () => void stop()).resume();

try {
  await engine.start();
} catch (error) {
  const trace = logs.filter((line) => !line.startsWith("@@")).join("\n");
  console.error(`${trace}\nthe local edge did not start: ${/** @type {Error} */ (error).message}`);
  await stop(1);
}
const urls = Object.fromEntries(
  await Promise.all(
    [
      ...engine.configs.map(({ name }) => name),
      ...(options.extraWorkers ?? []).map((/** @type {any} */ one) => one.name),
    ].map(async (name) => [name, String(await engine.miniflare.unsafeGetDirectURL(name))]),
  ),
);
const control = await startControl(engine, logs);
const ready = {
  urls,
  control,
  front: String(await engine.miniflare.ready),
  boots,
  engine: process.pid,
  workerd: childrenOf(process.pid, "workerd"),
  seconds: (performance.now() - started) / 1000,
};
console.log(JSON.stringify(ready));

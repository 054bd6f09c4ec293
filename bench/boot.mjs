// How long `npm run dev` takes on a clone that is set up: until the edge Worker has asked an object, and until
// every Worker answers.

import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import { parseArgs } from "node:util";
import { median, round } from "./statistics.mjs";

const POLL_MS = 20;

/** @param {string[]} args */
export async function benchBoot(args) {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: "string" }, quick: { type: "boolean" }, json: { type: "string" } },
  });
  const rows = [];
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  for (let done = 0; done < rounds; done += 1) rows.push(await bootOnce());
  console.table(rows);
  const result = {
    edge_and_objects_seconds: median(rows.map((row) => row.edge_and_objects_seconds)),
    every_worker_seconds: median(rows.map((row) => row.every_worker_seconds)),
  };
  console.log("medians:", result);
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ rows, ...result }, null, 2)}\n`);
}

async function bootOnce() {
  const port = await freePort();
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const dev = spawn("node", ["tools/run.mjs", "dev", "--port", String(port), "--in-memory"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  /** @type {Record<string, number>} */
  const imports = {};
  const ready = new Promise((resolve) => {
    dev.stdout.on("data", (chunk) => {
      for (const [, worker = "", time] of String(chunk).matchAll(/^(\S+): up .* import took ([\d.]+) s/gm)) {
        imports[`${worker.replace("gif-distributor-", "")}_import_seconds`] = Number(time);
      }
      if (String(chunk).includes("ready http")) resolve(seconds());
    });
  });
  // A code that nobody claimed is a 404 that the edge Worker gives only after it has asked the code's object.
  await answers(`http://127.0.0.1:${port}/s/nobody-claimed-this`, 404);
  const edge = seconds();
  const every = await ready;
  dev.kill("SIGINT");
  await new Promise((resolve) => dev.on("exit", resolve));
  return { edge_and_objects_seconds: round(edge, 2), every_worker_seconds: round(every, 2), ...imports };
}

/** @param {string} url @param {number} status */
async function answers(url, status) {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === status) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// `npm run bench -- cost`: what a million redirects cost, from measured calls and CPU and published prices.
//
// --from PATH   the file that `npm run bench -- redirect --json PATH` wrote; without it, the calls are counted now,
//               in a quick run (which --quick says too)
// --json PATH   the same for machines

import fs from "node:fs";
import { parseArgs } from "node:util";
import { OBJECT_GB, PRICES, QUEUE_OPERATIONS_A_MESSAGE, READ } from "./prices.mjs";
import { quickCalls } from "./redirect.mjs";
import { round } from "./statistics.mjs";

/** How long an object is taken to be active for one call: ours here takes 1 to 2 ms, a commit there some more. */
const OBJECT_CALL_SECONDS = 0.01;

/** @param {string[]} args */
export async function benchCost(args) {
  const options = /** @type {const} */ ({
    from: { type: "string" },
    quick: { type: "boolean" },
    json: { type: "string" },
  });
  const { values } = parseArgs({ args, options });
  const measured = values.from ? JSON.parse(fs.readFileSync(values.from, "utf8")) : await quickCalls();
  if (!measured.flush || !measured.naive) throw new Error(`${values.from} was written without the part "calls"`);
  const levels = Object.entries(measured.flush).map(([level, counts]) => [`${level} clicks a flush`, counts]);
  const naives = [
    ["naive", measured.naive],
    ["naive, our records", withRowsOf(measured.flush[1], measured.naive)],
  ];
  const table = Object.fromEntries([...levels, ...naives].map(([name, one]) => [name, dollars(one)]));
  const naive = table.naive?.total ?? 0;
  console.log(`dollars a million redirects; prices of ${READ.date} beyond what Workers Paid includes, from`);
  for (const page of READ.pages) console.log(`  ${page}`);
  console.log(
    `An object call is taken to keep its object active for ${OBJECT_CALL_SECONDS * 1000} ms. CPU is that of the`,
  );
  console.log(
    "whole server here, network and storage included, so more than is billed. Naive: KV read, pydantic and one",
  );
  console.log("object call a click, in Python, measured in the same run. Storage is left out.");
  console.table(table);
  for (const [name, { total }] of Object.entries(table)) {
    console.log(`${name}: $${total} a million, ${round(total / naive, 2)} of naive`);
  }
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ prices: PRICES, read: READ, table }, null, 2)}\n`);
}

/** The naive design, did it record of each click what we do: a click's rows without a group commit.
 * @param {Record<string, number>} ours @param {Record<string, number>} naive */
function withRowsOf(ours, naive) {
  return { ...naive, rows_read_per_1000: ours.rows_read_per_1000, rows_written_per_1000: ours.rows_written_per_1000 };
}

/** What a million redirects cost that ask for so much each thousand.
 * @param {Record<string, number>} measured */
export function dollars(measured) {
  const each = (/** @type {string} */ name) => (measured[`${name}_per_1000`] ?? 0) / 1000;
  const calls = each("object_calls") + each("alarms");
  const items = {
    requests: PRICES.requests,
    cpu: (measured.cpu_ms ?? 0) * PRICES.cpu_ms,
    kv: each("kv_reads") * PRICES.kv_reads + each("kv_writes") * PRICES.kv_writes,
    object_requests: calls * PRICES.object_requests,
    object_duration: calls * OBJECT_CALL_SECONDS * OBJECT_GB * PRICES.object_gb_seconds,
    rows: each("rows_read") * PRICES.rows_read + (each("rows_written") + each("alarms")) * PRICES.rows_written,
    queues: each("queue_sends") * QUEUE_OPERATIONS_A_MESSAGE * PRICES.queue_operations,
    r2: each("r2_calls") * PRICES.r2_operations,
  };
  const total = Object.values(items).reduce((sum, item) => sum + item, 0);
  return Object.fromEntries(Object.entries({ ...items, total }).map(([name, item]) => [name, round(item)]));
}

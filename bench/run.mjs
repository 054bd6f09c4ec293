// `npm run bench -- NAME`: measurements that anyone can repeat.

import { benchAssets } from "./assets.mjs";
import { benchBoot } from "./boot.mjs";
import { benchCost } from "./cost.mjs";
import { benchModeration } from "./moderation.mjs";
import { benchRedirect } from "./redirect.mjs";

/** @type {Record<string, (args: string[]) => Promise<void>>} */
const benches = {
  assets: benchAssets,
  boot: benchBoot,
  redirect: benchRedirect,
  cost: benchCost,
  moderation: benchModeration,
};

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (!bench) {
  console.error(`there is no bench ${JSON.stringify(name)}; there are ${Object.keys(benches).join(", ")}`);
  process.exit(1);
}
await bench(args);

// The block-list of domains in development: `npm run blocklist` leaves it in a file, and the dev command loads that.

import fs from "node:fs";
import path from "node:path";
import { STATE } from "./paths.mjs";

export const BLOCK_LIST = path.join(STATE, "block-list.json");
const NAMESPACE = "METADATA";

/** Loads the file whenever it differs from what was loaded last. */
export class BlockList {
  #loaded = 0;

  /** @param {import("./engine.mjs").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** Put a newer file into KV; return how many keys that were. */
  async refresh() {
    const changed = fs.statSync(BLOCK_LIST, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changed === this.#loaded) return 0;
    /** @type {{ key: string, value: string }[]} */
    const shards = changed ? JSON.parse(fs.readFileSync(BLOCK_LIST, "utf8")) : [];
    for (const { key, value } of shards) {
      await this.engine.admin("kv", { namespace: NAMESPACE, method: "put", args: [key, value] });
    }
    this.#loaded = changed;
    return shards.length;
  }
}

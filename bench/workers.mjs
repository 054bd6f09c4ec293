// The Workers of the benches: the product's, and beside them the peers on the same workerd.

import fs from "node:fs";
import path from "node:path";
import workerd from "workerd";
import { readConfigs } from "../local/config.mjs";
import { PRODUCT_CONFIGS, ROOT } from "../local/paths.mjs";

export const EDGE = "gif-distributor-edge";
export const API = "gif-distributor-api";
export const OBJECTS = "gif-distributor-objects";
export const CONSTANT_CONFIG = path.join(ROOT, "bench", "constant", "wrangler.toml");
export const NAIVE_CONFIG = path.join(ROOT, "bench", "naive", "wrangler.toml");
export { PRODUCT_CONFIGS };

/** Edge and objects alone: what a redirect needs. */
export const REDIRECT_CONFIGS = PRODUCT_CONFIGS.filter((file) =>
  ["wrangler.objects.toml", "wrangler.toml"].includes(path.basename(file)),
);

/** What a redirect needs, and who counts the clicks that their owner was too busy for. */
export const CLICK_CONFIGS = PRODUCT_CONFIGS.filter((file) => path.basename(file) !== "wrangler.api.toml");

/** Messages about new content stay in their queue: looking at it is work of its own, which `bench -- moderation` measures. */
export const NOT_MODERATED = { "gif-distributor-moderation": false };

/** All that an upload needs until it is answered. The moderator looks at it afterwards, at a cost of its own that
 * depends on what is in the picture: its messages stay in the queue. */
export const UPLOAD_CONFIGS = PRODUCT_CONFIGS.filter((file) => !file.includes("moderator"));

/** The JavaScript Workers, in Miniflare's terms, on the edge's own KV namespace and bucket.
 * @param {string[]} names @returns {Promise<any[]>} */
export async function javascriptWorkers(names) {
  const edge = await edgeConfig();
  const bindings = {
    "js-hello": {},
    "js-kv": { kvNamespaces: edge.kvNamespaces },
    "js-kv-object": {
      kvNamespaces: edge.kvNamespaces,
      durableObjects: { COUNTER: { className: "Counter", useSQLite: true } },
    },
    "js-r2": { r2Buckets: edge.r2Buckets },
    "asset-seeder": { kvNamespaces: edge.kvNamespaces, r2Buckets: edge.r2Buckets },
    seeder: {
      kvNamespaces: edge.kvNamespaces,
      durableObjects: { SHORT_LINK: { className: "ShortLink", scriptName: OBJECTS, useSQLite: true } },
    },
  };
  const [compatibilityDate] = [edge.compatibilityDate, workerd.compatibilityDate].toSorted();
  return names.map((name) => ({
    name,
    compatibilityDate,
    modules: [{ type: "ESModule", path: `${name}.mjs`, contents: source(name) }],
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    .../** @type {Record<string, any>} */ (bindings)[name],
  }));
}

/** How long the edge may keep clicks before it hands them on. */
export async function flushMs() {
  return Number((await edgeConfig()).bindings?.FLUSH_MS ?? 0);
}

async function edgeConfig() {
  const configs = await readConfigs(PRODUCT_CONFIGS);
  const edge = configs.find(({ name }) => name === EDGE);
  if (!edge) throw new Error(`no wrangler file is called ${EDGE}`);
  return edge.miniflare;
}

/** @param {string} name */
function source(name) {
  return fs.readFileSync(path.join(ROOT, "bench", "peers", `${name}.mjs`), "utf8");
}

// Reads the deployment's wrangler files: they are the only list of bindings.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { CACHE } from "./paths.mjs";

/**
 * @typedef {object} WorkerConfig one wrangler file, as the engine needs it
 * @property {string} name
 * @property {string} file
 * @property {string} main the entry file
 * @property {string} moduleRoot the folder whose files are uploaded beside it
 * @property {string} buildCommand
 * @property {string[]} watchFolders
 * @property {string[]} excludedModules globs below `python_modules`
 * @property {string[]} routes
 * @property {string[]} secrets names of required secrets
 * @property {string[]} crons
 * @property {string[]} objectClasses Durable Object classes this Worker exports
 * @property {Record<string, any>} miniflare options in Miniflare's own terms
 */

/**
 * @param {string[]} files wrangler files
 * @returns {Promise<WorkerConfig[]>}
 */
export async function readConfigs(files) {
  // Secrets come from the engine; wrangler's warnings about them would land in the middle of our output.
  process.env.WRANGLER_LOG ??= "error";
  const configs = await Promise.all(files.map((file) => cached(file)));
  for (const config of configs) config.objectClasses = exportedObjectClasses(config, configs);
  return configs;
}

/** Reading through wrangler costs a second, so what it said is kept until the file or wrangler changes.
 * @param {string} file @returns {Promise<WorkerConfig>} */
async function cached(file) {
  const wrangler = path.join("node_modules", "wrangler", "package.json");
  const version = JSON.parse(fs.readFileSync(path.resolve(wrangler), "utf8")).version;
  const key = createHash("sha256").update(`${version}\0${file}\0`).update(fs.readFileSync(file)).digest("hex");
  const kept = path.join(CACHE, "config", `${key}.json`);
  if (fs.existsSync(kept)) return JSON.parse(fs.readFileSync(kept, "utf8"));
  const config = await readThroughWrangler(file);
  fs.mkdirSync(path.dirname(kept), { recursive: true });
  fs.writeFileSync(kept, JSON.stringify(config));
  return config;
}

/** @param {string} file @returns {Promise<WorkerConfig>} */
async function readThroughWrangler(file) {
  const { unstable_getMiniflareWorkerOptions: miniflareOptions, unstable_readConfig: readConfig } =
    await import("wrangler");
  const raw = readConfig({ config: file }, { hideWarnings: true });
  const { workerOptions } = miniflareOptions(file);
  const { modulesRules: _rules, rootPath: _root, ...miniflare } = /** @type {any} */ (workerOptions);
  const folder = path.dirname(file);
  const main = path.resolve(folder, /** @type {string} */ (raw.main));
  const build = /** @type {any} */ (raw.build ?? {});
  return {
    name: /** @type {string} */ (raw.name),
    file,
    main,
    moduleRoot: raw.base_dir ? path.resolve(folder, raw.base_dir) : path.dirname(main),
    buildCommand: build.command ?? "",
    watchFolders: [build.watch_dir ?? []].flat().map((/** @type {string} */ name) => path.resolve(folder, name)),
    excludedModules: /** @type {any} */ (raw).python_modules?.exclude ?? [],
    routes: (raw.routes ?? []).map(pattern),
    secrets: /** @type {any} */ (raw).secrets?.required ?? [],
    crons: raw.triggers?.crons ?? [],
    objectClasses: [],
    miniflare,
  };
}

/** @param {any} route @returns {string} */
function pattern(route) {
  return typeof route === "string" ? route : route.pattern;
}

/** A Worker exports the classes that it, or another Worker through `script_name`, binds.
 * @param {WorkerConfig} config @param {WorkerConfig[]} all */
function exportedObjectClasses(config, all) {
  const classes = all.flatMap((other) =>
    Object.values(other.miniflare.durableObjects ?? {})
      .filter((binding) => (binding.scriptName ?? other.name) === config.name)
      .map((binding) => binding.className),
  );
  return [...new Set(classes)];
}

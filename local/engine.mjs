// The local edge: Miniflare with our Workers, their Python booted in userland on the real workerd.

import { execSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { setTimeout } from "node:timers/promises";
import { Miniflare } from "miniflare";
import workerd from "workerd";
import { compiledStandardLibrary, withBytecode } from "./bytecode.mjs";
import { readConfigs } from "./config.mjs";
import { matcher } from "./globs.mjs";
import { below, filesBelow, writeImage } from "./image.mjs";
import { childrenOf } from "./processes.mjs";
import { CACHE, GUEST, PYODIDE, PYTHON_MODULES } from "./paths.mjs";

/** @typedef {import("./config.mjs").WorkerConfig} WorkerConfig */

/**
 * @typedef {object} EngineOptions
 * @property {string[]} configs wrangler files, in the order in which the Workers boot
 * @property {number} [port] where Miniflare serves all Workers by their routes
 * @property {string | false} [persist] a folder, or false to keep state in memory
 * @property {boolean} [coverage] note the lines that run inside the Workers
 * @property {boolean} [faults] let bindings fail on request of a test
 * @property {boolean} [countCalls] count what the Workers ask of their bindings, for measurements
 * @property {string} [clientAddress] what the platform says of every client, whatever a client says itself; without
 *   it what clients say counts, so that tests and measurements can play many visitors
 * @property {boolean} [inspect] open the inspector, which tells how much memory an isolate uses
 * @property {Record<string, string>} [vars] vars and secrets; each reaches the Workers that declare it
 * @property {Record<string, Record<string, unknown> | false>} [queues] what differs from the wrangler files for the
 *   consumer of a queue, in Miniflare's terms; false leaves the queue without it, and its messages lie there
 * @property {any[]} [extraWorkers] more Workers in Miniflare's terms, for measurements
 * @property {(line: string, stream: "stdout" | "stderr") => void} onLog
 * @property {(note: BootNote) => void} [onBoot]
 *
 * @typedef {object} BootNote
 * @property {string} worker
 * @property {number} bootSeconds from the request to boot to the last import
 * @property {number} importSeconds how long the main module took to import
 */

const ADMIN = "local-edge-admin";
const FILES = path.join(CACHE, "engine");
const METADATA = "/session/metadata";
/** Miniflare runs the crons of whichever Worker a request to this path belongs to. */
const SCHEDULED_ROUTE = "*/cdn-cgi/handler/scheduled*";
const STOP_POLL_MS = 10;
const IMAGE_LIFETIME_MS = 24 * 3600 * 1000;

// While a Worker boots, V8 sweeps the heap of its C++ objects in small steps that reschedule themselves until the helper
// threads are done, and workerd keeps running such steps before anything else: about one start in eight never came to
// an end. A collector without helper threads has nothing to wait for. Miniflare takes V8's flags from here only.
process.env.MINIFLARE_WORKERD_V8_FLAGS ??= "--single-threaded-gc";

export class Engine {
  /** @type {Miniflare} */
  #miniflare;
  /** @type {WorkerConfig[]} */
  configs = [];
  /** Whether every object was erased since workerd started. */
  #isErased = false;

  /** @param {EngineOptions} options */
  constructor(options) {
    this.options = options;
    this.#miniflare = /** @type {any} */ (undefined);
  }

  /** Start workerd and boot every Worker in order; reject with the traceback of one that does not import. */
  async start() {
    await this.launch();
    for (const { name } of this.configs) await this.boot(name);
  }

  /** Start workerd; no Worker has booted yet. */
  async launch() {
    this.#isErased = false;
    const settings = await this.#settings();
    if (this.#miniflare) await this.#miniflare.setOptions(settings);
    else this.#miniflare = new Miniflare(settings);
    await this.#miniflare.ready;
  }

  /** Boot one Worker now; later calls return at once.
   * @param {string} name */
  async boot(name) {
    const started = performance.now();
    const { exported, importSeconds } = await this.admin("boot", { worker: name });
    const config = this.configs.find((one) => one.name === name);
    const missing = (config?.objectClasses ?? []).filter((cls) => !(cls in exported.objects));
    if (missing.length) throw new Error(`${name} does not export the class ${missing.join(", ")} that a binding names`);
    this.options.onBoot?.({
      worker: name,
      bootSeconds: (performance.now() - started) / 1000,
      importSeconds,
    });
  }

  /** Ask the engine's own Worker.
   * @param {string} op @param {Record<string, unknown>} [parameters] @returns {Promise<any>} */
  async admin(op, parameters = {}) {
    const worker = /** @type {any} */ (await this.#miniflare.getWorker(ADMIN));
    const response = await worker.fetch("http://admin/", {
      method: "POST",
      body: JSON.stringify({ op, ...parameters }),
    });
    const answer = /** @type {any} */ (await response.json());
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  /** Forget all state. Only objects that ran since the last time can have any, once all were erased. */
  async reset() {
    const objects = this.#isErased ? await this.#objectsThatRan() : await this.#objectsOnDisk();
    await this.admin("reset", { objects });
    // Objects call one another: what was under way when the caller went has come in by now.
    await this.admin("erase", { objects: await this.#objectsThatRan() });
    this.#isErased = true;
  }

  async #objectsOnDisk() {
    const objects = [];
    for (const config of this.configs) {
      for (const cls of config.objectClasses) {
        const ids = await /** @type {any} */ (this.#miniflare).listDurableObjectIds(cls, config.name);
        for (const id of ids) objects.push({ cls, id: String(id) });
      }
    }
    return objects;
  }

  async #objectsThatRan() {
    const owners = this.configs.filter(({ objectClasses }) => objectClasses.length);
    return (await Promise.all(owners.map(({ name }) => this.admin("ran", { worker: name })))).flat();
  }

  get miniflare() {
    return this.#miniflare;
  }

  /** Read everything again and restart workerd on the same state. */
  async reload() {
    await this.start();
  }

  /** Stop workerd and wait until it is gone. */
  async stop() {
    await this.#miniflare?.dispose();
    while (childrenOf(process.pid, "workerd").length) await setTimeout(STOP_POLL_MS);
  }

  async #settings() {
    const { options } = this;
    this.configs = await readConfigs(options.configs);
    const compatibilityDate = this.#compatibilityDate();
    build(this.configs);
    await publishRuntime();
    const workers = await Promise.all(this.configs.map((config) => this.#worker(config, compatibilityDate)));
    const persist = options.persist ?? false;
    return /** @type {any} */ ({
      host: "127.0.0.1",
      port: options.port ?? 0,
      unsafeInspectDurableObjects: true,
      unsafeTriggerHandlers: true,
      ...(options.inspect ? { inspectorPort: 0, inspectorHost: "127.0.0.1" } : {}),
      defaultPersistRoot: persist || undefined,
      kvPersist: persist ? path.join(persist, "kv") : false,
      r2Persist: persist ? path.join(persist, "r2") : false,
      durableObjectsPersist: persist ? path.join(persist, "do") : false,
      cachePersist: persist ? path.join(persist, "cache") : false,
      handleRuntimeStdio: (/** @type {any} */ stdout, /** @type {any} */ stderr) => {
        readline.createInterface({ input: stdout }).on("line", (line) => options.onLog(line, "stdout"));
        readline.createInterface({ input: stderr }).on("line", (line) => options.onLog(line, "stderr"));
      },
      workers: [...workers, this.#adminWorker(compatibilityDate), ...(options.extraWorkers ?? [])],
    });
  }

  /** The date of the deployment, or the newest this workerd knows. */
  #compatibilityDate() {
    const dates = new Set(this.configs.map(({ miniflare }) => miniflare.compatibilityDate));
    if (dates.size !== 1)
      throw new Error(`the wrangler files disagree on compatibility_date: ${[...dates].join(", ")}`);
    const [wanted] = dates;
    const newest = workerd.compatibilityDate;
    if (wanted <= newest) return wanted;
    this.options.onLog(`compatibility date ${wanted}: this workerd knows ${newest}, which is used locally`, "stderr");
    return newest;
  }

  /** @param {WorkerConfig} config @param {string} compatibilityDate */
  async #worker(config, compatibilityDate) {
    const given = Object.entries(this.options.vars ?? {}).filter(
      ([name]) => name in (config.miniflare.bindings ?? {}) || config.secrets.includes(name),
    );
    const main = path.basename(config.main, ".py");
    const exports = config.objectClasses.map((cls) => `export const ${cls} = worker.durableObject("${cls}");`);
    const spec = {
      name: config.name,
      main,
      images: [await modulesImage(config), await appImage(config)],
      coverage: this.options.coverage ?? false,
      countCalls: this.options.countCalls ?? false,
      faults: this.options.faults ?? false,
      clientAddress: this.options.clientAddress ?? null,
    };
    const entry = `import { pythonWorker } from "./worker.mjs";
const worker = pythonWorker(${JSON.stringify(spec)}, (name) => import(name));
export default worker.entrypoint("Default");
${exports.join("\n")}
`;
    const { compatibilityFlags = [], queueConsumers, ...miniflare } = config.miniflare;
    return {
      ...miniflare,
      name: config.name,
      compatibilityDate,
      // Without the flag that would make workerd look for its own Python.
      compatibilityFlags: compatibilityFlags.filter((/** @type {string} */ flag) => flag !== "python_workers"),
      bindings: { ...config.miniflare.bindings, ...Object.fromEntries(given) },
      queueConsumers: this.#consumers(queueConsumers ?? {}),
      routes: config.crons.length ? [...config.routes, SCHEDULED_ROUTE] : config.routes,
      modules: [{ type: "ESModule", path: "entry.mjs", contents: entry }, ...guestModules()],
      unsafeEvalBinding: "LOCAL_EDGE_UNSAFE_EVAL",
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      serviceBindings: {
        ...config.miniflare.serviceBindings,
        LOCAL_EDGE_FILES: { disk: { path: FILES, writable: false } },
        LOCAL_EDGE_ADMIN: ADMIN,
      },
    };
  }

  /** @param {Record<string, any>} declared */
  #consumers(declared) {
    const { queues = {} } = this.options;
    const wanted = Object.entries(declared).filter(([queue]) => queues[queue] !== false);
    return Object.fromEntries(wanted.map(([queue, consumer]) => [queue, { ...consumer, ...(queues[queue] || {}) }]));
  }

  /** @param {string} compatibilityDate */
  #adminWorker(compatibilityDate) {
    /** @type {Record<string, any>} */
    const kvNamespaces = {};
    /** @type {Record<string, any>} */
    const r2Buckets = {};
    /** @type {Record<string, any>} */
    const durableObjects = {};
    /** @type {Record<string, any>} */
    const serviceBindings = {};
    for (const { name, objectClasses, miniflare } of this.configs) {
      for (const [binding, value] of Object.entries(miniflare.kvNamespaces ?? {}))
        kvNamespaces[`kv:${binding}`] = value;
      for (const [binding, value] of Object.entries(miniflare.r2Buckets ?? {})) r2Buckets[`r2:${binding}`] = value;
      for (const cls of objectClasses) {
        durableObjects[`object:${cls}`] = { className: cls, scriptName: name, useSQLite: true };
      }
      serviceBindings[`worker:${name}`] = name;
    }
    const contents = fs.readFileSync(path.join(GUEST, "admin.mjs"), "utf8");
    return {
      name: ADMIN,
      compatibilityDate,
      modules: [{ type: "ESModule", path: "admin.mjs", contents }],
      kvNamespaces,
      r2Buckets,
      durableObjects,
      serviceBindings,
    };
  }
}

/** Build and compile what the Workers of these configs load, without starting them.
 * @param {string[]} files */
export async function prepareImages(files) {
  const configs = await readConfigs(files);
  build(configs);
  await publishRuntime();
  for (const config of configs) {
    await modulesImage(config);
    await appImage(config);
  }
}

/** Run each distinct build command of the configs, as wrangler would; its words matter only when it fails.
 * @param {WorkerConfig[]} configs */
function build(configs) {
  const builds = new Map(configs.map(({ buildCommand, file }) => [buildCommand, path.dirname(file)]));
  for (const [command, cwd] of builds) if (command) execSync(command, { cwd, stdio: "pipe" });
}

/** The engine's JavaScript and Pyodide's, as modules of every Python Worker. */
function guestModules() {
  const sources = [
    "worker.mjs",
    "interpreter.mjs",
    "call-counts.mjs",
    "faults.mjs",
    "interception.mjs",
    "global-scope.mjs",
    "limits.mjs",
    "read-only-files.mjs",
    "snapshot.mjs",
  ];
  const lock = JSON.parse(fs.readFileSync(path.join(PYODIDE, "pyodide-lock.json"), "utf8"));
  return [
    ...sources.map((name) => ({
      type: "ESModule",
      path: name,
      contents: fs.readFileSync(path.join(GUEST, name), "utf8"),
    })),
    ...["pyodide.mjs", "pyodide.asm.mjs"].map((name) => ({
      type: "ESModule",
      path: name,
      contents: fs.readFileSync(path.join(PYODIDE, name), "utf8"),
    })),
    // Packages come from the lock of the project, so Pyodide's own list of packages stays out.
    { type: "Text", path: "pyodide-lock.json", contents: JSON.stringify({ info: lock.info, packages: {} }) },
  ];
}

/** Remove images that no engine has used for a day; one in use is touched at every start. */
function forgetOldImages() {
  for (const name of fs.readdirSync(FILES)) {
    const file = path.join(FILES, name);
    if (name.endsWith(".img") && Date.now() - fs.statSync(file).mtimeMs > IMAGE_LIFETIME_MS) fs.rmSync(file);
  }
}

/** Put what every boot loads where the isolates can read it. */
async function publishRuntime() {
  fs.mkdirSync(FILES, { recursive: true });
  forgetOldImages();
  for (const source of [path.join(PYODIDE, "pyodide.asm.wasm"), await compiledStandardLibrary()]) {
    const target = path.join(FILES, path.basename(source));
    const changed = !fs.existsSync(target) || fs.statSync(target).mtimeMs < fs.statSync(source).mtimeMs;
    if (changed) fs.copyFileSync(source, target);
  }
  const python = filesBelow(path.join(GUEST, "python"));
  const runtime = await withBytecode(python, "/lib/python3.14/site-packages", { compile: true });
  fs.copyFileSync(path.join(FILES, writeImage(FILES, "runtime", runtime)), path.join(FILES, "runtime.img"));
}

/** The vendored packages of a Worker, without what its config excludes.
 * @param {WorkerConfig} config */
async function modulesImage(config) {
  const excluded = matcher(config.excludedModules);
  const files = filesBelow(PYTHON_MODULES, (name) => !excluded(name));
  const compiled = await withBytecode(files, `${METADATA}/python_modules`, { compile: true });
  return writeImage(FILES, "modules", below("python_modules", compiled));
}

/** The Worker's own modules: what wrangler uploads beside the entry file, and the entry file itself.
 * @param {WorkerConfig} config */
async function appImage(config) {
  const main = { path: path.basename(config.main), bytes: fs.readFileSync(config.main) };
  const modules = filesBelow(config.moduleRoot, (name) => name.endsWith(".py"));
  return writeImage(FILES, "app", await withBytecode([...modules, main], METADATA, { compile: true }));
}

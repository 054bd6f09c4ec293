// Boots one Python interpreter inside the isolate and imports the Worker's main module, as the platform does.

import * as cloudflareSockets from "cloudflare:sockets";
import * as cloudflareWorkers from "cloudflare:workers";
import * as globalScope from "./global-scope.mjs";
import { readImages, readOnlyFileSystem } from "./read-only-files.mjs";
import { checkSnapshot, heldObjects } from "./snapshot.mjs";

const METADATA = "/session/metadata";

/**
 * @typedef {object} Spec what the engine says about one Worker
 * @property {string} name
 * @property {string} main the main module's name
 * @property {string[]} images names of file images, later ones win
 * @property {boolean} coverage
 * @property {boolean} countCalls
 * @property {boolean} faults
 * @property {string | null} clientAddress what every client's address is said to be; null if clients say it
 *
 * @typedef {object} Interpreter
 * @property {any} main the main module
 * @property {any} call `local_edge_bridge.call`
 * @property {any} bridge
 * @property {{ entrypoints: Record<string, string[]>, objects: Record<string, string[]> }} exported
 * @property {number} importSeconds how long the main module took to import
 * @property {() => number} wasmBytes
 */

/** Fetch the files of a boot side by side.
 * @param {{ fetch: (url: string) => Promise<Response> }} files @param {string[]} names */
async function load(files, names) {
  const bodies = await Promise.all(
    names.map(async (name) => {
      const response = await files.fetch(`http://files/${name}`);
      if (!response.ok) throw new Error(`the engine's file ${name} answers ${response.status}`);
      return response.arrayBuffer();
    }),
  );
  return new Map(names.map((name, index) => [name, /** @type {ArrayBuffer} */ (bodies[index])]));
}

const patchedContexts = new WeakSet();

/** Let `ctx.waitUntil` take a Python coroutine: keep its future alive until it ends.
 * @param {any} ctx */
function patchWaitUntil(ctx) {
  if (Object.prototype.toString.call(ctx) !== "[object ExecutionContext]" || patchedContexts.has(ctx)) return;
  const waitUntil = ctx.waitUntil.bind(ctx);
  const untilDone = async (/** @type {any} */ work) => {
    const kept = "copy" in work ? work.copy() : work;
    await kept;
    if ("destroy" in kept) kept.destroy();
  };
  ctx.waitUntil = (/** @type {any} */ work) => waitUntil(untilDone(work));
  patchedContexts.add(ctx);
}

/**
 * @param {Spec} spec
 * @param {any} engine the engine's own bindings: FILES and UNSAFE_EVAL
 * @param {any} env the Worker's bindings
 * @param {(name: string) => Promise<any>} importJavaScript
 * @returns {Promise<Interpreter>}
 */
export async function boot(spec, engine, env, importJavaScript) {
  const names = ["pyodide.asm.wasm", "python_stdlib.zip", "runtime.img", ...spec.images];
  const files = await load(engine.FILES, names);
  globalScope.enter(engine.UNSAFE_EVAL, files);
  let imported;
  try {
    imported = await importWorker(spec, engine.FILES, files, env, importJavaScript);
  } finally {
    globalScope.leave();
  }
  const { python, importSeconds } = imported;
  // Generators that were seeded with fixed bytes get real entropy now.
  python.runPython("from _cloudflare.entropy_patches import before_first_request; before_first_request()");
  const bridge = python.pyimport("local_edge_bridge");
  const main = python.pyimport(spec.main);
  return {
    main,
    bridge,
    call: bridge.call,
    exported: bridge.exported_classes(main),
    importSeconds,
    wasmBytes: () => python._module.HEAP8.length,
  };
}

/** The real time in seconds: it advances only with I/O, so this does some.
 * @param {{ fetch: (url: string, options?: any) => Promise<Response> }} files */
async function realTime(files) {
  await (await files.fetch("http://files/runtime.img", { method: "HEAD" })).arrayBuffer();
  return globalScope.realNow() / 1000;
}

/** Start Python and import the Worker's main module at global scope.
 * @param {Spec} spec @param {any} engineFiles the binding that `files` came from
 * @param {Map<string, ArrayBuffer>} files @param {any} env @param {(name: string) => Promise<any>} importJavaScript
 * @returns {Promise<{ python: any, importSeconds: number }>} */
async function importWorker(spec, engineFiles, files, env, importJavaScript) {
  const { loadPyodide } = await import("./pyodide.mjs");
  const { default: createPyodideModule } = await import("./pyodide.asm.mjs");
  const { default: lockFileContents } = await import("./pyodide-lock.json");
  const python = await loadPyodide({
    indexURL: "http://local-edge.invalid/",
    createPyodideModule,
    lockFileContents,
    env: { HOME: "/session", PYTHONHASHSEED: "111" },
    stdout: (/** @type {string} */ line) => console.log(line),
    stderr: (/** @type {string} */ line) => console.error(line),
  });
  const { FS } = python;
  const modules = /** @type {ArrayBuffer[]} */ (spec.images.map((name) => files.get(name)));
  FS.mkdirTree(METADATA);
  FS.mount(readOnlyFileSystem(FS, readImages(modules)), {}, METADATA);
  const sitePackages = python.runPython("import sys; next(p for p in sys.path if p.endswith('site-packages'))");
  const runtime = readImages([/** @type {ArrayBuffer} */ (files.get("runtime.img"))]);
  FS.mount(readOnlyFileSystem(FS, runtime), {}, sitePackages);
  FS.chdir("/");

  const helper = {
    doAnImport: importJavaScript,
    cloudflareWorkersModule: { ...cloudflareWorkers, env },
    cloudflareSocketsModule: cloudflareSockets,
    workerEntrypoint: cloudflareWorkers.WorkerEntrypoint,
    patchWaitUntil,
  };
  python.registerJsModule("_pyodide_entrypoint_helper", helper);
  // Sockets of Python over the platform's own, which are refused at global scope.
  await python._api.initializeNodeSockFS((/** @type {any[]} */ ...address) =>
    globalScope.connect(cloudflareSockets, address),
  );

  python.registerJsModule("_cloudflare_compat_flags", {
    python_workflows_implicit_dependencies: true,
    python_request_headers_preserve_commas: true,
  });

  const counter = python.runPython(`
import importlib, sys
from site import addsitedir
base = [path for path in sys.path if path.endswith((".zip", "lib-dynload"))]
sys.path[:] = [*base, "${METADATA}/python_modules", "${sitePackages}", "${METADATA}"]
importlib.invalidate_caches()
from _cloudflare.entropy_patches import before_top_level
before_top_level()
`);
  globalScope.countEntropy(() => python._module.HEAP8, counter);
  python.runPython(`addsitedir("${METADATA}/python_modules")`);
  if (spec.coverage) python.runPython("import local_edge_bridge; local_edge_bridge.start_coverage()");

  const importModule = python.runPython("importlib.import_module");
  const held = heldObjects(python._module);
  const before = await realTime(engineFiles);
  await importModule.callPromising(spec.main);
  const importSeconds = (await realTime(engineFiles)) - before;
  checkSnapshot(python._module, held, [helper]);
  return { python, importSeconds };
}

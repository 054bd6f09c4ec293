// The classes that workerd sees: each forwards every call to the Python class of the same name.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { callCounts, countCalls, countStorage } from "./call-counts.mjs";
import { faultsMet, injectFaults, setFaults } from "./faults.mjs";
import { boot } from "./interpreter.mjs";
import { enforceLimits } from "./limits.mjs";

/** Handlers of objects that the platform calls straight, not through the argument conversion. */
const STRAIGHT = new Set(["alarm", "webSocketMessage", "webSocketClose", "webSocketError"]);
const ENGINE_BINDINGS = ["LOCAL_EDGE_FILES", "LOCAL_EDGE_ADMIN", "LOCAL_EDGE_UNSAFE_EVAL"];

/** The objects that ran in this isolate since they were last erased, with their classes. @type {Map<string, string>} */
const ran = new Map();

/** The engine's own method on every class; user code has no reason for such a name. */
export const ENGINE_METHOD = "__localEdge__";

/**
 * @param {import("./interpreter.mjs").Spec} spec
 * @param {(name: string) => Promise<any>} importJavaScript
 */
export function pythonWorker(spec, importJavaScript) {
  /** @type {Promise<import("./interpreter.mjs").Interpreter> | undefined} */
  let interpreter;
  /** Methods that were found: asking an instance for one makes a proxy of it, for each request anew. */
  const knownMethods = new Set();
  /** The Worker's bindings without the engine's. @type {Record<string, any> | undefined} */
  let env;

  /** @param {any} bindings */
  function running(bindings) {
    if (!env) {
      env = Object.fromEntries(Object.entries(bindings).filter(([name]) => !ENGINE_BINDINGS.includes(name)));
      enforceLimits(env, bindings.LOCAL_EDGE_ADMIN);
      if (spec.faults) injectFaults(env);
      if (spec.countCalls) countCalls(env);
    }
    interpreter ??= boot(
      spec,
      { FILES: bindings.LOCAL_EDGE_FILES, UNSAFE_EVAL: bindings.LOCAL_EDGE_UNSAFE_EVAL },
      env,
      importJavaScript,
    );
    return interpreter;
  }

  /** Report a failed call, and end the interpreter if Python asked to exit: the platform kills the isolate.
   * @param {string} className @param {string} method @param {any} error */
  function onError(className, method, error) {
    const trace = String(error?.message ?? error);
    console.error(`@@trace ${JSON.stringify({ worker: spec.name, call: `${className}.${method}`, trace })}`);
    if (error?.type === "SystemExit") interpreter = undefined;
    throw error;
  }

  /** Call a method of the Python instance as the platform does.
   * @param {Promise<import("./interpreter.mjs").Interpreter>} started @param {Promise<any>} instance
   * @param {string} className @param {boolean} isObject @param {string} method @param {any[]} args */
  async function callPython(started, instance, className, isObject, method, args) {
    const python = await started;
    const self = await instance;
    if (!knownMethods.has(`${className}.${method}`)) {
      if (typeof self[method] !== "function") throw new TypeError(`Method ${method} does not exist`);
      knownMethods.add(`${className}.${method}`);
    }
    if (isObject && STRAIGHT.has(method)) {
      return self[method].callWithOptions({ relaxed: true, promising: true }, ...args);
    }
    const relaxed = method === "fetch" || method === "test";
    const given = method === "fetch" && spec.clientAddress && !isObject ? from(spec.clientAddress, args) : args;
    return python.call.callWithOptions({ promising: true }, relaxed, self, method, ...given);
  }

  /** Make the Python instance behind a JavaScript one.
   * @param {Promise<import("./interpreter.mjs").Interpreter>} started @param {string} className @param {any} ctx */
  async function construct(started, className, ctx) {
    const cls = (await started).main[className];
    if (typeof cls !== "function") {
      throw new TypeError(`There is no '${className}' class defined in the Python Worker's main module`);
    }
    if (spec.countCalls && ctx.storage) countStorage(ctx.storage);
    return cls.callPromising(ctx, env);
  }

  /**
   * @param {string} className
   * @param {any} Base
   * @param {(ctx: any, started: Promise<import("./interpreter.mjs").Interpreter>, request: any) => Promise<any>}
   *   control answers the engine
   */
  function forwardingClass(className, Base, control) {
    const isObject = Base === DurableObject;
    return class extends Base {
      /** @param {any} ctx @param {any} bindings */
      constructor(ctx, bindings) {
        super(ctx, bindings);
        if (isObject) ran.set(String(ctx.id), className);
        const started = running(bindings);
        const instance = construct(started, className, ctx);
        instance.catch(() => {}); // an engine call may come before anyone awaits the instance

        // biome-ignore lint/correctness/noConstructorReturn: any method may be called, so no class can list them
        return new Proxy(this, {
          get(target, property, receiver) {
            if (typeof property !== "string") return Reflect.get(target, property, receiver);
            if (property === ENGINE_METHOD) {
              return (/** @type {any} */ request) => control(ctx, started, request);
            }
            return (/** @type {any[]} */ ...args) =>
              callPython(started, instance, className, isObject, property, args).catch((error) =>
                onError(className, property, error),
              );
          },
        });
      }

      // workerd looks for these on the prototype; calls go through the proxy.
      fetch() {}
      queue() {}
      scheduled() {}
      alarm() {}
    };
  }

  return {
    /** @param {string} className */
    entrypoint: (className) => forwardingClass(className, WorkerEntrypoint, controlWorker),
    /** @param {string} className */
    durableObject: (className) => forwardingClass(className, DurableObject, controlObject),
  };
}

/** The arguments of `fetch` as the platform hands them on: the client's address is not for the client to say.
 * @param {string} address @param {any[]} args */
function from(address, [request, ...others]) {
  const headers = new Headers(request.headers);
  headers.set("cf-connecting-ip", address);
  return [new Request(request, { headers }), ...others];
}

/** What the engine asks of a Worker: to boot, and to tell about itself.
 * @param {any} _ctx @param {Promise<import("./interpreter.mjs").Interpreter>} started
 * @param {{ op: string, faults?: import("./faults.mjs").Fault[] }} request */
async function controlWorker(_ctx, started, request) {
  const python = await started;
  if (request.op === "boot") {
    const { exported, importSeconds } = python;
    return { exported, importSeconds, wasmBytes: python.wasmBytes() };
  }
  if (request.op === "coverage") return python.bridge.covered_lines();
  if (request.op === "calls") return callCounts();
  if (request.op === "ran") return [...ran].map(([id, cls]) => ({ cls, id }));
  if (request.op === "faults") return setFaults(request.faults ?? []);
  if (request.op === "faults-met") return faultsMet();
  throw new Error(`unknown engine operation ${request.op}`);
}

/** What the engine asks of an object: to run SQL on its storage, or to forget everything.
 * @param {any} ctx @param {Promise<unknown>} _started
 * @param {{ op: string, sql?: string, parameters?: any[] }} request */
async function controlObject(ctx, _started, request) {
  if (request.op === "sql") return ctx.storage.sql.exec(request.sql, ...(request.parameters ?? [])).toArray();
  if (request.op === "reset") {
    await ctx.storage.deleteAlarm();
    await ctx.storage.deleteAll();
    await ctx.storage.sync();
    ran.delete(String(ctx.id));
    ctx.abort("local edge reset");
  }
  throw new Error(`unknown engine operation ${request.op}`);
}

// What JavaScript looks like to Pyodide while it boots and while the Worker is imported.
//
// The platform imports a Worker at global scope: no entropy, no timers, no I/O, a clock that stands near 0.
// We boot inside the first request, where all of that would work, so the globals are replaced meanwhile.
// Pyodide captures some of them for good: every stand-in therefore delegates to the real one afterwards.

const REFUSED =
  "Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() or connect()), setting a " +
  "timeout, and generating random values are not allowed within global scope.";

const real = {
  fetch: globalThis.fetch,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  getRandomValues: crypto.getRandomValues,
  now: Date.now,
  performanceNow: performance.now.bind(performance),
  addEventListener: globalThis.addEventListener,
  instantiate: WebAssembly.instantiate,
  Module: WebAssembly.Module,
};

let atGlobalScope = false;
let ticks = 0;

/** The byte in Python's memory that counts allowed reads of entropy; none are limited before it is set.
 * @type {{ memory: () => Int8Array, address: number } | undefined} */
let entropyCounter;

function refuse() {
  throw new Error(REFUSED);
}

/** @param {any} view */
function getRandomValues(view) {
  if (!atGlobalScope) return real.getRandomValues.call(crypto, view);
  if (entropyCounter) {
    const memory = entropyCounter.memory();
    const allowed = memory[entropyCounter.address] ?? 0;
    if (allowed === 0) refuse();
    memory[entropyCounter.address] = allowed - 1;
  }
  return view.fill(43);
}

// Moves a little at every look, so that code that waits for the clock to advance cannot hang.
function standingClock() {
  ticks += 1;
  return ticks / 1000;
}

/**
 * Enter global scope.
 * @param {{ newWasmModule: (bytes: BufferSource) => WebAssembly.Module }} unsafeEval compiles WebAssembly, which
 *   workerd otherwise refuses
 * @param {Map<string, ArrayBuffer>} files what Pyodide may load with `fetch`, by file name
 */
export function enter(unsafeEval, files) {
  atGlobalScope = true;
  entropyCounter = undefined;
  const scope = /** @type {any} */ (globalThis);

  WebAssembly.Module = /** @type {any} */ (
    new Proxy(real.Module, {
      construct: (_target, [bytes]) => unsafeEval.newWasmModule(bytes),
    })
  );
  WebAssembly.instantiate = /** @type {any} */ (
    async (/** @type {any} */ source, /** @type {any} */ imports) => {
      if (source instanceof real.Module) return new WebAssembly.Instance(source, imports);
      const module = unsafeEval.newWasmModule(source);
      return { module, instance: new WebAssembly.Instance(module, imports) };
    }
  );
  WebAssembly.compile = async (bytes) => unsafeEval.newWasmModule(bytes);
  WebAssembly.instantiateStreaming = /** @type {any} */ (
    async (/** @type {any} */ response, /** @type {any} */ imports) => {
      const module = unsafeEval.newWasmModule(await (await response).arrayBuffer());
      return { module, instance: new WebAssembly.Instance(module, imports) };
    }
  );

  scope.fetch = (/** @type {any[]} */ ...request) => {
    if (!atGlobalScope) return real.fetch.apply(globalThis, /** @type {any} */ (request));
    const name = String(request[0]).split("/").pop() ?? "";
    const body = files.get(name);
    return body ? Promise.resolve(new Response(body)) : Promise.reject(new Error(REFUSED));
  };
  scope.setTimeout = (/** @type {any} */ run, /** @type {number} */ delay, /** @type {any[]} */ ...rest) => {
    if (!atGlobalScope) return /** @type {any} */ (real.setTimeout).call(globalThis, run, delay, ...rest);
    if (delay > 0) refuse();
    queueMicrotask(() => run(...rest));
    return 0;
  };
  scope.setInterval = (/** @type {any} */ run, /** @type {number} */ delay, /** @type {any[]} */ ...rest) => {
    if (atGlobalScope) refuse();
    return /** @type {any} */ (real.setInterval).call(globalThis, run, delay, ...rest);
  };
  crypto.getRandomValues = getRandomValues;
  Date.now = () => (atGlobalScope ? standingClock() : real.now.call(Date));
  performance.now = () => (atGlobalScope ? standingClock() : real.performanceNow());

  // Pyodide asks for a browser page while it starts.
  scope.addEventListener = () => {};
  scope.location ??= new URL("http://local-edge.invalid/");
  scope.window = { sessionStorage: {} };
  scope.document = { createElement() {} };
}

/** The clock that stands in for none. */
export function realNow() {
  return real.now.call(Date);
}

/** Open a socket, unless the Worker is being imported.
 * @param {any} sockets @param {any[]} address */
export function connect(sockets, address) {
  if (atGlobalScope) refuse();
  return sockets.connect(...address);
}

/** Allow a read of entropy only while the byte at `address` says so.
 * @param {() => Int8Array} memory @param {number} address */
export function countEntropy(memory, address) {
  entropyCounter = { memory, address };
}

/** Leave global scope: everything is real again. */
export function leave() {
  atGlobalScope = false;
  const scope = /** @type {any} */ (globalThis);
  delete scope.window;
  delete scope.document;
  scope.addEventListener = real.addEventListener;
  scope.fetch = real.fetch;
  scope.setTimeout = real.setTimeout;
  scope.setInterval = real.setInterval;
  crypto.getRandomValues = real.getRandomValues;
  Date.now = real.now;
  // The WebAssembly stand-ins stay: Pyodide compiles small modules and shared libraries while it runs.
}

// Stands between a Worker and its bindings, for measurements and for failures on request.

/** The kinds of bindings, by the names of their classes. @type {Record<string, string>} */
const KINDS = { KvNamespace: "kv", DurableObjectNamespace: "objects", WorkerQueue: "queues", R2Bucket: "r2" };
/** @type {Record<string, string[]>} */
const METHODS = {
  kv: ["get", "getWithMetadata", "put", "delete", "list"],
  queues: ["send", "sendBatch"],
  r2: ["head", "get", "put", "delete", "list", "createMultipartUpload"],
};
/** Of an upload in parts, whose methods count as the bucket's own. */
const PARTS_METHODS = ["uploadPart", "complete", "abort"];
/** Names that JavaScript itself asks a stub for. */
const NO_CALLS = ["constructor", "then"];

/**
 * @callback Around what stands in between: gets the kind of binding, `BINDING.method`, and the call itself
 * @param {string} kind
 * @param {string} name
 * @param {() => any} call
 * @param {any[]} args
 * @returns {any}
 */

/** Have every call on the bindings go through `around` from now on.
 * @param {Record<string, any>} bindings @param {Around} around */
export function intercept(bindings, around) {
  for (const [name, binding] of Object.entries(bindings)) {
    const kind = KINDS[binding?.constructor?.name] ?? "";
    if (kind === "objects") interceptObjects(name, binding, around);
    else for (const method of METHODS[kind] ?? []) interceptMethod(kind, name, binding, method, around);
    if (kind === "r2") interceptParts(name, binding, around);
  }
}

/** @param {string} name @param {any} bucket @param {Around} around */
function interceptParts(name, bucket, around) {
  const resume = bucket.resumeMultipartUpload;
  bucket.resumeMultipartUpload = (/** @type {any[]} */ ...args) => {
    const upload = resume.apply(bucket, args);
    for (const method of PARTS_METHODS) interceptMethod("r2", name, upload, method, around);
    return upload;
  };
}

/** @param {string} kind @param {string} name @param {any} binding @param {string} method @param {Around} around */
function interceptMethod(kind, name, binding, method, around) {
  const call = binding[method];
  binding[method] = (/** @type {any[]} */ ...args) =>
    around(kind, `${name}.${method}`, () => call.apply(binding, args), args);
}

/** @param {string} name @param {any} namespace @param {Around} around */
function interceptObjects(name, namespace, around) {
  for (const method of ["get", "getByName"]) {
    const find = namespace[method];
    namespace[method] = (/** @type {any[]} */ ...args) => interceptedStub(name, find.apply(namespace, args), around);
  }
}

/** @param {string} name @param {any} stub @param {Around} around */
function interceptedStub(name, stub, around) {
  return new Proxy(stub, {
    get(target, method) {
      const member = target[method];
      if (typeof member !== "function" || typeof method !== "string" || NO_CALLS.includes(method)) return member;
      return (/** @type {any[]} */ ...args) =>
        around("objects", `${name}.${method}`, () => target[method](...args), args);
    },
  });
}

// Limits of production that workerd does not know.

const MAX_PBKDF2_ITERATIONS = 100_000;

let patchedCrypto = false;
const limitedNamespaces = new WeakSet();

/**
 * Make this isolate's WebCrypto and KV bindings refuse what production refuses.
 * @param {Record<string, any>} bindings
 * @param {{ mayWrite: (namespace: string, key: string) => Promise<boolean> }} admin keeps the times of KV
 *   writes for all Workers together
 */
export function enforceLimits(bindings, admin) {
  if (!patchedCrypto) {
    limitKeyDerivation();
    patchedCrypto = true;
  }
  for (const [name, binding] of Object.entries(bindings)) {
    if (binding?.constructor?.name === "KvNamespace") limitKvWrites(name, binding, admin);
  }
}

function limitKeyDerivation() {
  for (const method of /** @type {const} */ (["deriveBits", "deriveKey"])) {
    const derive = /** @type {any} */ (crypto.subtle[method]);
    /** @type {any} */ (crypto.subtle)[method] = (/** @type {any} */ algorithm, /** @type {any[]} */ ...rest) => {
      const { name, iterations } = algorithm ?? {};
      if (String(name).toUpperCase() === "PBKDF2" && iterations > MAX_PBKDF2_ITERATIONS) {
        const message =
          `Pbkdf2 failed: iteration counts above ${MAX_PBKDF2_ITERATIONS} are not supported ` +
          `(requested ${iterations}).`;
        return Promise.reject(new DOMException(message, "NotSupportedError"));
      }
      return derive.call(crypto.subtle, algorithm, ...rest);
    };
  }
}

/** @param {string} name @param {any} binding
 * @param {{ mayWrite: (namespace: string, key: string) => Promise<boolean> }} admin */
function limitKvWrites(name, binding, admin) {
  if (limitedNamespaces.has(binding)) return;
  limitedNamespaces.add(binding);
  for (const method of ["put", "delete"]) {
    const write = binding[method];
    binding[method] = async (/** @type {string} */ key, /** @type {any[]} */ ...rest) => {
      if (!(await admin.mayWrite(name, String(key)))) {
        throw new Error(`KV ${method.toUpperCase()} failed: 429 Too Many Requests`);
      }
      return write.call(binding, key, ...rest);
    };
  }
}

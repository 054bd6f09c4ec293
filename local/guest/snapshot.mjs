// What the platform's snapshot of a Worker can hold.
//
// A deployment imports the Worker once, keeps a picture of Python's memory, and every isolate starts from that picture.
// What lies in JavaScript is not in it: of JavaScript's objects Python may then hold only those that a path leads to
// from `globalThis` or an imported module, like `js.Response` or `js.JSON.stringify`. Anything else ends the deployment.

/** How far a path may lead. */
const MAX_STEPS = 6;
/** So many free places in a row mean that no object is beyond them. */
const MAX_GAP = 1000;

/** The JavaScript objects that Python holds.
 * @param {any} module Pyodide's @returns {Set<any>} */
export function heldObjects(module) {
  const held = new Set();
  for (let place = 0, gap = 0; gap < MAX_GAP; place += 1) {
    try {
      held.add(module.__hiwire_get(place));
      gap = 0;
    } catch {
      gap += 1;
    }
  }
  held.delete(null);
  held.delete(undefined);
  return held;
}

/** Throw as the platform does if Python holds objects that a snapshot cannot.
 * @param {any} module Pyodide's @param {Set<any>} before what it held before the Worker was imported
 * @param {any[]} roots where paths begin beside `globalThis` */
export function checkSnapshot(module, before, roots) {
  const lost = new Set([...heldObjects(module)].filter((one) => !before.has(one)));
  forgetReachable(lost, [globalThis, ...roots]);
  if (lost.size === 0) return;
  throw new Error(
    "Can't serialize top-level variable.\nPlease review any global variables you or your imported modules create at " +
      `the top-level of your code, and consider deleting them.\n\n${[...lost].map(describe).join("\n")}`,
  );
}

/** Take those objects out that a path leads to.
 * @param {Set<any>} lost @param {any[]} roots */
function forgetReachable(lost, roots) {
  const seen = new Set();
  let reached = roots;
  for (let step = 0; step <= MAX_STEPS && lost.size > 0; step += 1) {
    for (const one of reached) lost.delete(one);
    reached = reached.flatMap(stepsFrom).filter((one) => !seen.has(one) && seen.add(one));
  }
}

/** @param {any} object */
function stepsFrom(object) {
  const found = [Reflect.getPrototypeOf(object)];
  for (const name of Reflect.ownKeys(object)) {
    try {
      found.push(Reflect.get(object, name));
    } catch {
      // an accessor of a prototype: there is nothing behind it
    }
  }
  return found.filter((one) => one !== null && ["object", "function"].includes(typeof one));
}

/** @param {any} object */
function describe(object) {
  const kind = Object.prototype.toString.call(object);
  try {
    const speaks = typeof object === "function" || object instanceof Error;
    return `${kind} ${speaks ? String(object) : JSON.stringify(object)}`.slice(0, 200);
  } catch {
    return kind;
  }
}

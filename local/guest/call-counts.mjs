// Counts what a Worker asks of its bindings and what its objects ask of SQLite, for measurements.

import { intercept } from "./interception.mjs";

/** @type {Record<string, Record<string, number>>} */
const calls = { kv: {}, objects: {}, queues: {}, r2: {} };
const sql = { rowsRead: 0, rowsWritten: 0, alarms: 0 };

/** Miniflare keeps a table of its own in each object, which production does not have. */
const MINIFLARES_OWN = "__miniflare";

/** The cursor whose rows are not in the sum yet: it knows them once it was read. @type {any} */
let lastCursor;

/** What was counted since the isolate began: calls by `BINDING.method`, and rows. */
export function callCounts() {
  addLastCursor();
  return { ...calls, sql };
}

/** Count the calls on the bindings from now on.
 * @param {Record<string, any>} bindings */
export function countCalls(bindings) {
  intercept(bindings, (kind, name, call, [first]) => {
    if (kind === "kv" && Array.isArray(first)) note(kind, `${name}Many`, first.length);
    else note(kind, name, 1);
    return call();
  });
}

/** Count the rows and alarms of an object's storage from now on.
 * @param {any} storage */
export function countStorage(storage) {
  const database = storage.sql;
  const { exec } = database;
  database.exec = (/** @type {any[]} */ ...args) => {
    if (String(args[0]).includes(MINIFLARES_OWN)) return exec.apply(database, args);
    addLastCursor();
    lastCursor = exec.apply(database, args);
    return lastCursor;
  };
  const { setAlarm } = storage;
  storage.setAlarm = (/** @type {any[]} */ ...args) => {
    sql.alarms += 1;
    return setAlarm.apply(storage, args);
  };
}

function addLastCursor() {
  sql.rowsRead += lastCursor?.rowsRead ?? 0;
  sql.rowsWritten += lastCursor?.rowsWritten ?? 0;
  lastCursor = undefined;
}

/** A read of many keys is billed as so many reads, and so it counts here, under a name of its own.
 * @param {string} kind @param {string} name @param {number} times */
function note(kind, name, times) {
  const counts = /** @type {Record<string, number>} */ (calls[kind]);
  counts[name] = (counts[name] ?? 0) + times;
}

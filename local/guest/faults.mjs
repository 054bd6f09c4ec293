// Failures of a Worker's bindings, on request of a test.

import { intercept } from "./interception.mjs";

/**
 * @typedef {object} Fault
 * @property {string} call `BINDING.method`, or `BINDING.*`
 * @property {"fail" | "lose" | "slow" | "hang" | "stall"} mode fail before the call; make it and lose its answer;
 *   make it late; never make it and never answer; make it and never answer
 * @property {number} [ms] how late
 * @property {number} [times] how often; always if absent
 */

/** @type {Fault[]} */
let faults = [];
/** @type {string[]} */
let met = [];

/** What fails from now on.
 * @param {Fault[]} wanted */
export function setFaults(wanted) {
  faults = wanted.map((fault) => ({ ...fault }));
  met = [];
}

/** Which calls failed since then, in their order. */
export function faultsMet() {
  return met;
}

/** Let the calls on these bindings fail when they are told to.
 * @param {Record<string, any>} bindings */
export function injectFaults(bindings) {
  intercept(bindings, (_kind, name, call) => {
    const fault = next(name);
    return fault ? failing(fault, name, call) : call();
  });
}

/** @param {string} name */
function next(name) {
  const any = `${name.split(".")[0]}.*`;
  const fault = faults.find((one) => (one.call === name || one.call === any) && one.times !== 0);
  if (fault?.times) fault.times -= 1;
  if (fault) met.push(name);
  return fault;
}

/** @param {Fault} fault @param {string} name @param {() => any} call */
async function failing(fault, name, call) {
  const failure = new Error(`${name} fails on request`);
  if (fault.mode === "fail") throw failure;
  if (fault.mode === "hang") return new Promise(() => {});
  if (fault.mode === "slow") await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 0));
  const answer = await call();
  if (fault.mode === "lose") throw failure;
  if (fault.mode === "stall") return new Promise(() => {});
  return answer;
}

// What drives a row that asks for one path: wrk when it is there, else autocannon, else our own.

import { findAutocannon, withAutocannon } from "./autocannon.mjs";
import { closedLoop } from "./own.mjs";
import { hasWrk, wrk } from "./wrk.mjs";

/** @typedef {import("./own.mjs").Target} Target @typedef {import("./own.mjs").Outcome} Outcome */

/**
 * @returns {Promise<{ name: string,
 *   drive: (target: Target, bounds: { connections: number, seconds: number }) => Promise<Outcome> }>}
 */
export async function chooseDriver() {
  if (hasWrk()) return { name: "wrk", drive: wrk };
  const autocannon = await findAutocannon();
  if (autocannon) return { name: "autocannon", drive: withAutocannon(autocannon) };
  return { name: "own", drive: closedLoop };
}

// Load by wrk. When its time is up it hangs up on the answers that are under way, at most one a connection.

import { execFile, execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { round } from "../statistics.mjs";
import { visitors } from "./visitors.mjs";

/** @typedef {import("./own.mjs").Target} Target @typedef {import("./own.mjs").Outcome} Outcome */

const SOME_VISITORS = 4096;

/** Whether wrk is on the PATH. */
export function hasWrk() {
  try {
    execFileSync("wrk", ["--version"], { stdio: "pipe" });
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT"; // it shows its version with status 1
  }
}

/** @param {Target} target @param {{ connections: number, seconds: number }} bounds @returns {Promise<Outcome>} */
export async function wrk(target, { connections, seconds }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-wrk-"));
  const script = path.join(folder, "visitors.lua");
  fs.writeFileSync(script, lua(target));
  const time = `${Math.ceil(seconds)}s`;
  const args = ["--threads", "1", "--connections", String(connections), "--duration", time, "--script", script];
  const { stdout } = await promisify(execFile)("wrk", [...args, target.origin]);
  fs.rmSync(folder, { recursive: true });
  const said = JSON.parse(stdout.slice(stdout.lastIndexOf("\n{")));
  return {
    answered: said.requests - said.bad,
    failed: said.bad + said.broken,
    cutOff: connections,
    rps: round((said.requests * 1e6) / said.microseconds, 0),
    p50_ms: round(said.p50 / 1000, 2),
    p99_ms: round(said.p99 / 1000, 2),
  };
}

/** JSON's strings are Lua's, as long as they are ASCII.
 * @param {Target} target */
function lua(target) {
  const tables = visitors.slice(0, SOME_VISITORS).map((headers) => {
    const fields = Object.entries(headers).map(([name, value]) => `["${name}"]=${JSON.stringify(value)}`);
    return `{${fields.join(",")}}`;
  });
  return `
local visitors = {${tables.join(",\n")}}
local requests, turn = {}, 0
init = function(args)
  for index, headers in ipairs(visitors) do
    requests[index] = wrk.format(${JSON.stringify(target.method ?? "GET")}, ${JSON.stringify(target.path(0))}, headers)
  end
end
request = function()
  turn = turn % #requests + 1
  return requests[turn]
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('\\n{"requests":%d,"microseconds":%d,"bad":%d,"broken":%d,"p50":%d,"p99":%d}\\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`;
}

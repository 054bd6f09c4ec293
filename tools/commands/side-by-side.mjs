// Programs that run at the same time, told apart in what they print.

import { spawn } from "node:child_process";
import readline from "node:readline";
import { environment, Failure, INTERRUPTED, ROOT } from "./steps.mjs";

/**
 * @typedef {object} Part
 * @property {string} name what its lines begin with
 * @property {string} program
 * @property {string[]} args
 */

/** Run programs at the same time and show each line as it comes; return the first status that is not 0. A program
 * that fails does not end the others: what they have to say counts as well.
 * @param {Part[]} parts
 * @param {(line: string) => void} [show]
 * @returns {Promise<number>} */
export async function sideBySide(parts, show = console.log) {
  const width = Math.max(...parts.map(({ name }) => name.length));
  const statuses = await Promise.all(
    parts.map((part) => runPart(part, (line) => show(`${part.name.padEnd(width)} | ${line}`))),
  );
  return statuses.find((status) => status !== 0) ?? 0;
}

/** @param {Part} part @param {(line: string) => void} show @returns {Promise<number>} */
function runPart({ name, program, args }, show) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env: environment(), stdio: ["ignore", "pipe", "pipe"] });
    for (const input of [child.stdout, child.stderr]) readline.createInterface({ input }).on("line", show);
    const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    process.on("SIGINT", forward);
    process.on("SIGTERM", forward);
    child.on("error", (error) => reject(new Failure(`${name} could not be started: ${error.message}`)));
    // Not "exit": what it printed last is shown before anybody acts on its status.
    child.on("close", (code, signal) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      resolve(code ?? (signal === "SIGINT" ? INTERRUPTED : 1));
    });
  });
}

// How commands run other programs.

import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const WINDOWS = process.platform === "win32";
const VENV_PROGRAMS = path.join(ROOT, ".venv", WINDOWS ? "Scripts" : "bin");

/** The pinned Node of the lock, whatever npm runs on. */
export const NODE = path.join(ROOT, "node_modules", ".bin", WINDOWS ? "node.cmd" : "node");

/** The status of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Something the user can mend; the message is one sentence that names it. */
export class Failure extends Error {}

/** A program of the virtual environment.
 * @param {string} name */
export function python(name) {
  return path.join(VENV_PROGRAMS, WINDOWS ? `${name}.exe` : name);
}

/** The environment in which `python3` and `node` are the pinned ones. Node keeps what it compiled: wrangler, which
 * deployments and their tests start dozens of times, is there in two thirds of the time. */
export function environment() {
  const first = [VENV_PROGRAMS, path.join(ROOT, "node_modules", ".bin")];
  return {
    NODE_COMPILE_CACHE: path.join(ROOT, ".cache", "node"),
    ...process.env,
    PATH: [...first, process.env.PATH].join(path.delimiter),
  };
}

/** Run a program on our terminal; return its exit status. Ctrl-C is the program's to handle.
 * @param {string} program @param {string[]} args @param {Record<string, string>} [more]
 * @returns {Promise<number>} */
export function run(program, args, more = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env: { ...environment(), ...more }, stdio: "inherit" });
    const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    process.on("SIGINT", forward);
    process.on("SIGTERM", forward);
    child.on("error", (error) => reject(new Failure(`${program} could not be started: ${error.message}`)));
    child.on("exit", (code, signal) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      resolve(code ?? (signal === "SIGINT" ? INTERRUPTED : 1));
    });
  });
}

/** Run a program quietly; return its status and all it printed.
 * @param {string} program @param {string[]} args
 * @returns {Promise<{ status: number, output: string }>} */
export function capture(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env: environment(), stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", (error) => resolve({ status: 127, output: error.message }));
    child.on("close", (code) => resolve({ status: code ?? 1, output }));
  });
}

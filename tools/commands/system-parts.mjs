// Programs that tests need and no package registry of ours ships: Debian's, where we may install them.

import { spawnSync } from "node:child_process";
import path from "node:path";

/**
 * @typedef {object} Part
 * @property {string[]} programs
 * @property {string} version the option with which a program shows its version
 * @property {boolean} [isService] the package has the system start its program, too
 */

/** What is needed, by the Debian package that has it. @type {Record<string, Part>} */
const PARTS = {
  chromium: { programs: ["chromium"], version: "--version" },
  ffmpeg: { programs: ["ffmpeg", "ffprobe"], version: "-version" },
  nginx: { programs: ["nginx"], version: "-v", isService: true },
};
/** Where Debian puts servers, which is on the path of root alone. */
const PATH = [process.env.PATH, "/usr/sbin"].join(path.delimiter);

/** Install what is missing where that is allowed; return what is still missing, with the reason.
 * @returns {{ part: string, reason: string }[]} */
export function missingSystemParts() {
  return Object.entries(PARTS).flatMap(([name, part]) => {
    if (isThere(part)) return [];
    const reason = install(name, part);
    return isThere(part) ? [] : [{ part: name, reason }];
  });
}

/** @param {Part} part */
function isThere({ programs, version }) {
  const options = { stdio: /** @type {const} */ ("ignore"), env: { ...process.env, PATH } };
  return programs.every((program) => spawnSync(program, [version], options).status === 0);
}

/** Try to install a Debian package; return why it may still be missing.
 * @param {string} name @param {Part} part */
function install(name, { isService = false }) {
  // A server that a test brought along would keep running on somebody's own machine.
  if (isService && process.env.CI !== "true") return "not installed, and its package would start a server";
  if (spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0)
    return "not installed, and no apt-get here";
  if (process.getuid?.() !== 0) return "not installed, and only root may install it";
  process.stderr.write(`set-up: Debian package ${name} …\n`);
  const options = {
    stdio: /** @type {const} */ ("ignore"),
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  spawnSync("apt-get", ["update", "-qq"], options);
  const done = spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name], options);
  return done.status === 0 ? "installed, but it does not run" : "apt-get could not install it";
}

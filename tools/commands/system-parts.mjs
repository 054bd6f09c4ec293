// Programs that tests need and no package registry of ours ships: Debian's, where we may install them.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Part
 * @property {string[]} programs
 * @property {string} version the option with which a program shows its version
 * @property {string[]} [unpacked] installing the package would start a server, so one of these is only unpacked: the
 *   first with the program in it, which differs between releases
 */

/** What is needed, by the Debian package that has it. @type {Record<string, Part>} */
const PARTS = {
  chromium: { programs: ["chromium"], version: "--version" },
  ffmpeg: { programs: ["ffmpeg", "ffprobe"], version: "-version" },
  nginx: { programs: ["nginx"], version: "-v", unpacked: ["nginx", "nginx-core", "nginx-light"] },
};
/** Where packages lie that are not installed; `tests/edge/test_ranges.py` looks there, too. */
const UNPACKED = fileURLToPath(new URL("../../.cache/debian", import.meta.url));
/** Where Debian puts servers is on the path of root alone. */
const PATH = [process.env.PATH, "/usr/sbin", path.join(UNPACKED, "usr", "sbin")].join(path.delimiter);
const QUIET = {
  stdio: /** @type {const} */ ("ignore"),
  env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
};

/** Install what is missing where that is allowed; return what is still missing, with the reason.
 * @returns {{ part: string, reason: string }[]} */
export function missingSystemParts() {
  return Object.entries(PARTS).flatMap(([name, part]) => {
    if (isThere(part)) return [];
    const reason = part.unpacked ? unpack(part, part.unpacked) : install(name);
    return isThere(part) ? [] : [{ part: name, reason }];
  });
}

/** @param {Part} part */
function isThere({ programs, version }) {
  const options = { stdio: /** @type {const} */ ("ignore"), env: { ...process.env, PATH } };
  return programs.every((program) => spawnSync(program, [version], options).status === 0);
}

/** Try to install a Debian package; return why it may still be missing.
 * @param {string} name */
function install(name) {
  if (!hasApt()) return "not installed, and no apt-get here";
  if (process.getuid?.() !== 0) return "not installed, and only root may install it";
  process.stderr.write(`set-up: Debian package ${name} …\n`);
  spawnSync("apt-get", ["update", "-qq"], QUIET);
  const done = spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name], QUIET);
  return done.status === 0 ? "installed, but it does not run" : "apt-get could not install it";
}

/** Download a Debian package and unpack it where nothing starts it; return why its program may still be missing.
 * apt-get checks what it downloads. Anybody may, but only root can bring its lists up to date.
 * @param {Part} part @param {string[]} names */
function unpack(part, names) {
  if (!hasApt()) return "not installed, and no apt-get here";
  process.stderr.write(`set-up: Debian package ${names[0]}, unpacked only …\n`);
  if (process.getuid?.() === 0) spawnSync("apt-get", ["update", "-qq"], QUIET);
  const files = path.join(UNPACKED, "downloads");
  for (const name of names) {
    rmSync(files, { recursive: true, force: true });
    mkdirSync(files, { recursive: true });
    spawnSync("apt-get", ["download", "-qq", name], { ...QUIET, cwd: files });
    for (const file of readdirSync(files)) spawnSync("dpkg", ["-x", file, UNPACKED], { ...QUIET, cwd: files });
    if (isThere(part)) return "";
  }
  return "not installed, and what apt-get downloads of it does not run";
}

function hasApt() {
  return spawnSync("apt-get", ["--version"], QUIET).status === 0;
}

// Programs that tests need and no package registry of ours ships: Debian's, where we may install them.

import { spawnSync } from "node:child_process";

/** Programs by the Debian package that has them. */
const PARTS = { ffmpeg: ["ffmpeg", "ffprobe"] };

/** Install what is missing where that is allowed; return what is still missing, with the reason.
 * @returns {{ part: string, reason: string }[]} */
export function missingSystemParts() {
  return Object.entries(PARTS).flatMap(([part, programs]) => {
    if (programs.every(exists)) return [];
    const reason = install(part);
    return programs.every(exists) ? [] : [{ part, reason }];
  });
}

/** @param {string} program */
function exists(program) {
  return spawnSync(program, ["-version"], { stdio: "ignore" }).status === 0;
}

/** Try to install a Debian package; return why it may still be missing.
 * @param {string} name */
function install(name) {
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

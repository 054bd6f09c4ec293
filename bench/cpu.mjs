// CPU time of processes, as the operating system accounts for it.

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { childrenOf } from "../local/processes.mjs";

/** What Linux shows of its clock to programs, on every machine. */
const TICKS_PER_SECOND = 100;

/** A process and all below it.
 * @param {number} pid @returns {number[]} */
export function treeOf(pid) {
  return [pid, ...childrenOf(pid, "").flatMap(treeOf)];
}

/** User and system time of processes since they began, together.
 * @param {number[]} pids */
export function cpuMs(pids) {
  const read = fs.existsSync("/proc/self/stat") ? fromProc : fromPs;
  return pids.reduce((sum, pid) => sum + read(pid), 0);
}

/** @param {number} pid */
function fromProc(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return ((Number(user) + Number(system)) * 1000) / TICKS_PER_SECOND;
}

/** @param {number} pid */
function fromPs(pid) {
  return msOfClock(execFileSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" }));
}

/** The milliseconds of `1-02:03:04`, `2:03:04` or `3:04.56`.
 * @param {string} text */
export function msOfClock(text) {
  const [clock = "", days = "0"] = text.trim().split("-").toReversed();
  const seconds = clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 24 * 3600 + seconds) * 1000);
}

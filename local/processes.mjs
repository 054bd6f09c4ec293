// Looks at the process table.

import { execFileSync } from "node:child_process";
import fs from "node:fs";

/** Children of a process whose command contains `name`.
 * @param {number} parent @param {string} name @returns {number[]} */
export function childrenOf(parent, name) {
  return processTable()
    .filter((one) => one.parent === parent && one.command.includes(name))
    .map((one) => one.pid);
}

function processTable() {
  if (!fs.existsSync("/proc/self/stat")) return tableFromPs();
  return fs
    .readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        const command = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        return [{ pid: Number(pid), parent, command }];
      } catch {
        return []; // it ended while we looked
      }
    });
}

function tableFromPs() {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((row) => {
      const [pid, parent, ...command] = row.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), command: command.join(" ") };
    });
}

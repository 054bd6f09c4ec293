// `npm run bench -- moderation`: what a look at content costs without the network. The options are the program's own.

import { python, run } from "../tools/commands/steps.mjs";

/** @param {string[]} args */
export async function benchModeration(args) {
  process.exitCode = await run(python("python"), ["bench/moderation.py", ...args]);
}

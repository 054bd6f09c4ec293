// The one command behind `npm run …`: sets up what is missing, then does what was asked.
// Runs on whatever Node npm came with (20 or newer) and uses nothing but Node itself.

import { ensureSetUp } from "./commands/setup.mjs";
import { sideBySide } from "./commands/side-by-side.mjs";
import { Failure, INTERRUPTED, NODE, python, run } from "./commands/steps.mjs";
import { missingSystemParts } from "./commands/system-parts.mjs";

const LANES = ["unit", "contract", "documented", "edge", "browser"];
const COVERAGE = ["--cov", "--cov-report=term", "--cov-fail-under=95"];
const FORMATTED = ["src", "durable_objects", "workers", "tools", "tests", "local/guest", "bench"];
const JAVASCRIPT = ["bench", "local", "tools", "eslint.config.mjs"];
const PRETTIER = "node_modules/prettier/bin/prettier.cjs";
const ESLINT = "node_modules/eslint/bin/eslint.js";
const TYPED = ["src", "durable_objects", "workers", "tools"];

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  setup: async () => 0,
  dev,
  test,
  check: async () => (await checkStatically()) || test([]),
  static: checkStatically,
  lint,
  types,
  format: async () =>
    (await run(python("ruff"), ["format", ...FORMATTED])) ||
    (await run(python("ruff"), ["check", "--fix", ...FORMATTED])) ||
    (await run(NODE, [PRETTIER, "--write", ...JAVASCRIPT])) ||
    run(NODE, [ESLINT, "--fix", ...JAVASCRIPT]),
  lock: () => run(python("python"), ["tools/lock.py"]),
  bench: (args) => run(NODE, ["bench/run.mjs", ...args]),
  // The lines that ran inside the Workers during the last `npm run test:edge`.
  coverage: () => run(python("coverage"), ["report", "--data-file=build/.coverage.workers", "--rcfile=/dev/null"]),
  ledger: (args) => run(python("python"), ["tools/verify_ledger.py", ...args]),
  blocklist: (args) => run(python("python"), ["tools/blocklist.py", ...args]),
  deploy: (args) => run(python("python"), ["tools/deploy.py", ...args]),
  cloudflare: (args) => run(python("python"), ["tools/cloudflare.py", ...args]),
};

/** Ctrl-C is how this command ends; that is no failure.
 * @param {string[]} args */
async function dev(args) {
  const status = await run(NODE, ["local/dev.mjs", ...args]);
  return status === INTERRUPTED ? 0 : status;
}

async function checkStatically() {
  return (await lint()) || types();
}

async function lint() {
  return (
    (await run(python("ruff"), ["format", "--check", ...FORMATTED])) ||
    (await run(python("ruff"), ["check", ...FORMATTED])) ||
    (await run(NODE, [PRETTIER, "--check", ...JAVASCRIPT])) ||
    run(NODE, [ESLINT, ...JAVASCRIPT])
  );
}

async function types() {
  return (
    (await run(python("mypy"), TYPED)) ||
    run(NODE, ["node_modules/typescript/bin/tsc", "--project", "local/jsconfig.json"])
  );
}

/** Run one lane, or all of them with the coverage of the library.
 * @param {string[]} args */
async function test(args) {
  const [lane, ...rest] = args;
  if (lane && !LANES.includes(lane)) throw new Failure(`there is no test lane ${lane}; there are ${LANES.join(", ")}`);
  const missing = missingSystemParts();
  const status = await (lane
    ? run(python("python"), ["-m", "pytest", `tests/${lane}`, ...rest])
    : sideBySide([pytest("edge", "tests/edge"), pytest("library", "tests", "--ignore=tests/edge", ...COVERAGE)]));
  for (const { part, reason } of missing) console.log(`skipped: tests that need ${part} (${reason})`);
  if (missing.length && process.env.CI === "true") throw new Failure("in CI no test may be skipped");
  return status;
}

/** The edge lane mostly waits for the engine, the others compute: at the same time they take as long as one of them.
 * @param {string} name @param {string[]} args */
function pytest(name, ...args) {
  return { name, program: python("python"), args: ["-m", "pytest", ...args] };
}

const [name = "", ...args] = process.argv.slice(2);
try {
  const command = commands[name];
  if (!command) throw new Failure(`there is no command ${name}; there are ${Object.keys(commands).join(", ")}`);
  await ensureSetUp();
  process.exitCode = await command(args);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

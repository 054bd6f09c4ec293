// Set-up: every step is skipped while what it depends on has not changed.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { capture, Failure, NODE, python, ROOT } from "./steps.mjs";

const STAMPS = path.join(ROOT, ".cache", "setup");
const OLDEST_PYTHON = [3, 11];
const PYTHONS = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string[]} inputs files it depends on
 * @property {string} product a path that it makes
 * @property {() => Promise<void>} run
 */

/** @type {Step[]} */
const steps = [
  {
    title: "packages from npm",
    inputs: ["package-lock.json"],
    product: "node_modules/.package-lock.json",
    run: installNodePackages,
  },
  {
    title: "packages from PyPI",
    inputs: ["requirements-dev.txt"],
    product: ".venv",
    run: installPythonPackages,
  },
  {
    title: "packages of the Workers",
    inputs: ["pylock.toml", "tools/vendor.py"],
    product: "python_modules",
    run: () => must(python("python"), ["tools/vendor.py"], "the Workers' packages could not be installed"),
  },
  {
    title: "bytecode for the Workers' Python",
    inputs: ["pylock.toml", "package-lock.json", "local/bytecode.mjs"],
    product: ".cache/bytecode",
    run: () => must(NODE, ["local/prepare.mjs"], "the Workers' Python could not be prepared"),
  },
];

/** Do what has not been done yet, saying so. */
export async function ensureSetUp() {
  for (const { title, inputs, product, run } of steps) {
    const stamp = path.join(STAMPS, title.replaceAll(/\W+/g, "-"));
    const wanted = digest(inputs);
    const done = fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted;
    if (done && fs.existsSync(path.join(ROOT, product))) continue;
    const started = performance.now();
    process.stderr.write(`set-up: ${title} …`);
    try {
      await run();
    } catch (error) {
      process.stderr.write(" failed\n");
      throw error;
    }
    fs.mkdirSync(STAMPS, { recursive: true });
    fs.writeFileSync(stamp, wanted);
    process.stderr.write(` done in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
  }
}

/** @param {string[]} inputs */
function digest(inputs) {
  const hash = createHash("sha256").update(process.platform).update(process.arch);
  for (const input of inputs) hash.update(fs.readFileSync(path.join(ROOT, input)));
  return hash.digest("hex");
}

async function installNodePackages() {
  // No package may run code while it is installed; the engine warning is about npm's own Node, not the pinned one.
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await must(npm, args, "the npm packages could not be installed (is the npm registry reachable?)");
}

async function installPythonPackages() {
  const venv = path.join(ROOT, ".venv");
  if (!fs.existsSync(python("python"))) {
    const found = await findPython();
    fs.rmSync(venv, { recursive: true, force: true });
    await must(
      found,
      ["-m", "venv", venv],
      "a virtual environment could not be made (is Python's venv module installed?)",
    );
  }
  // The lock is complete. With dependencies, pip would look at what was released since, and refuse its missing hash.
  const strict = ["--require-hashes", "--no-deps"];
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...strict];
  await must(
    python("python"),
    [...install, "--requirement", "requirements-dev.txt"],
    "the Python packages could not be installed (is the Python package index reachable?)",
  );
}

async function findPython() {
  const [major, minor] = OLDEST_PYTHON;
  const check = `import sys; raise SystemExit(sys.version_info < (${major}, ${minor}))`;
  for (const name of PYTHONS) if ((await capture(name, ["-c", check])).status === 0) return name;
  throw new Failure(`no Python ${major}.${minor} or newer was found on this machine; install one and try again`);
}

/** @param {string} program @param {string[]} args @param {string} sentence */
async function must(program, args, sentence) {
  const { status, output } = await capture(program, args);
  if (status !== 0) throw new Failure(`${output.trim()}\n${sentence}`);
}

// Compiles Python for the Worker's interpreter ahead of time. Compiling the standard library and pydantic took
// more than half of a boot. The compiler is the same interpreter, in Node.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { CACHE, PYODIDE } from "./paths.mjs";

/** @typedef {import("./image.mjs").ModuleFile} ModuleFile */

const FOLDER = path.join(CACHE, "bytecode");
const VERSION = JSON.parse(fs.readFileSync(path.join(PYODIDE, "package.json"), "utf8")).version;

const COMPILER = `
import importlib._bootstrap_external as bootstrap
import importlib.util, io, zipfile

def compile_module(source, path):
    """Return a .pyc that is never checked against its source: both come from one read-only image."""
    source = source if isinstance(source, bytes) else source.to_bytes()
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except SyntaxError:
        return None
    return bytes(bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(source), False))

def compile_zip(data):
    """Return the standard library with a .pyc beside each module, stored so that reading it costs nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data.to_bytes())) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for item in given.infolist():
            source = given.read(item)
            made.writestr(zipfile.ZipInfo(item.filename), source)
            if item.filename.endswith(".py"):
                code = compile_module(source, "/lib/python314.zip/" + item.filename)
                if code:
                    made.writestr(zipfile.ZipInfo(item.filename + "c"), code)
    return out.getvalue()
`;

/** @type {Promise<any> | undefined} */
let compiler;

async function loadCompiler() {
  const { loadPyodide } = await import("pyodide");
  const python = await loadPyodide();
  python.runPython(COMPILER);
  return python;
}

/**
 * Return the files with a `.pyc` beside each module whose bytecode is known or, with `compile`, can be made.
 * @param {ModuleFile[]} files
 * @param {string} root where they are mounted; tracebacks name it
 * @param {{ compile: boolean }} options
 * @returns {Promise<ModuleFile[]>}
 */
export async function withBytecode(files, root, { compile }) {
  /** @type {ModuleFile[]} */
  const all = [...files];
  for (const file of files.filter(({ path: name }) => name.endsWith(".py"))) {
    const full = `${root}/${file.path}`;
    const key = createHash("sha256").update(`${VERSION}\0${full}\0`).update(file.bytes).digest("hex");
    const kept = path.join(FOLDER, key.slice(0, 2), `${key}.pyc`);
    let code = fs.existsSync(kept) ? fs.readFileSync(kept) : undefined;
    if (!code && compile) code = await compileOne(file.bytes, full, kept);
    if (code?.length) all.push({ path: cachePath(file.path), bytes: code });
  }
  return all;
}

/** @param {Uint8Array} source @param {string} full @param {string} kept */
async function compileOne(source, full, kept) {
  compiler ??= loadCompiler();
  const python = await compiler;
  const result = python.globals.get("compile_module")(plainBytes(source), full);
  // A module that does not compile is kept as empty: the Worker itself will report it.
  const code = Buffer.from(result ? result.toJs() : []);
  result?.destroy();
  fs.mkdirSync(path.dirname(kept), { recursive: true });
  fs.writeFileSync(kept, code);
  return code;
}

/** Pyodide takes typed arrays but not Node's subclass of them.
 * @param {Uint8Array} bytes */
function plainBytes(bytes) {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @param {string} module */
function cachePath(module) {
  const folder = path.posix.dirname(module);
  return path.posix.join(folder, "__pycache__", `${path.posix.basename(module, ".py")}.cpython-314.pyc`);
}

/** Return the path of the standard library with bytecode, made once for a Pyodide version. */
export async function compiledStandardLibrary() {
  const kept = path.join(CACHE, "python", VERSION, "python_stdlib.zip");
  if (!fs.existsSync(kept)) {
    compiler ??= loadCompiler();
    const python = await compiler;
    const given = fs.readFileSync(path.join(PYODIDE, "python_stdlib.zip"));
    const made = python.globals.get("compile_zip")(plainBytes(given));
    fs.mkdirSync(path.dirname(kept), { recursive: true });
    fs.writeFileSync(kept, Buffer.from(made.toJs()));
  }
  return kept;
}

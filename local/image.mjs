// Packs modules into images: one file that the isolate loads in one read and mounts read-only.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

/** @typedef {{ path: string, bytes: Uint8Array }} ModuleFile */

/**
 * Every file below a folder, by its path with forward slashes.
 * @param {string} folder
 * @param {(path: string) => boolean} [keep]
 * @returns {ModuleFile[]}
 */
export function filesBelow(folder, keep = () => true) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file, name: path.relative(folder, file).split(path.sep).join("/") }))
    .filter(({ name }) => !name.split("/").includes("__pycache__") && keep(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ file, name }) => ({ path: name, bytes: fs.readFileSync(file) }));
}

/** Put files below a folder of the image.
 * @param {string} folder @param {ModuleFile[]} files @returns {ModuleFile[]} */
export function below(folder, files) {
  return files.map(({ path: name, bytes }) => ({ path: `${folder}/${name}`, bytes }));
}

/** @param {ModuleFile[]} files @returns {Buffer} */
export function pack(files) {
  let offset = 0;
  const index = files.map(({ path: name, bytes }) => {
    const entry = [name, offset, bytes.length];
    offset += bytes.length;
    return entry;
  });
  const header = Buffer.from(JSON.stringify({ files: index }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, ...files.map(({ bytes }) => bytes)]);
}

/** Write an image under a name made from its content; return the name.
 * @param {string} folder @param {string} label @param {ModuleFile[]} files */
export function writeImage(folder, label, files) {
  const image = pack(files);
  const name = `${label}-${createHash("sha256").update(image).digest("hex").slice(0, 16)}.img`;
  const target = path.join(folder, name);
  if (!fs.existsSync(target)) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(`${target}.part`, image);
    fs.renameSync(`${target}.part`, target);
  }
  fs.utimesSync(target, new Date(), new Date());
  return name;
}

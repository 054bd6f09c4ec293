// A read-only file system over one buffer: the Worker's modules, as the platform mounts them.

const DIRECTORY_MODE = 0o40555;
const FILE_MODE = 0o100555;
const NO_SUCH_FILE = 44;
const BLOCK_BYTES = 4096;

/** @typedef {Map<string, Directory | Uint8Array>} Directory */

/**
 * Read images packed by `local/image.mjs` into one tree; files of later images win.
 * @param {ArrayBuffer[]} images
 * @returns {Directory}
 */
export function readImages(images) {
  /** @type {Directory} */
  const root = new Map();
  for (const image of images) {
    const headerBytes = new DataView(image).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(image, 4, headerBytes)));
    for (const [path, offset, size] of header.files) {
      const parts = path.split("/");
      const name = parts.pop();
      let directory = root;
      for (const part of parts) {
        let next = directory.get(part);
        if (!(next instanceof Map)) {
          next = new Map();
          directory.set(part, next);
        }
        directory = next;
      }
      directory.set(name, new Uint8Array(image, 4 + headerBytes + offset, size));
    }
  }
  return root;
}

/**
 * Return a file system type for `FS.mount`; it has no operation that writes, so Emscripten refuses those.
 * @param {any} FS
 * @param {Directory} root
 */
export function readOnlyFileSystem(FS, root) {
  /** @param {any} parent @param {string} name @param {Directory | Uint8Array} content */
  function createNode(parent, name, content) {
    const node = FS.createNode(parent, name, content instanceof Map ? DIRECTORY_MODE : FILE_MODE, 0);
    node.content = content;
    node.node_ops = nodeOperations;
    node.stream_ops = streamOperations;
    return node;
  }

  const nodeOperations = {
    /** @param {any} node */
    getattr(node) {
      const size = node.content instanceof Map ? 0 : node.content.length;
      const epoch = new Date(0);
      return {
        dev: 1,
        ino: node.id,
        mode: node.mode,
        nlink: 1,
        uid: 0,
        gid: 0,
        rdev: 0,
        size,
        atime: epoch,
        mtime: epoch,
        ctime: epoch,
        blksize: BLOCK_BYTES,
        blocks: Math.ceil(size / BLOCK_BYTES),
      };
    },
    /** @param {any} node */
    readdir: (node) => [...node.content.keys()],
    /** @param {any} parent @param {string} name */
    lookup(parent, name) {
      const content = parent.content instanceof Map ? parent.content.get(name) : undefined;
      if (content === undefined) throw new FS.ErrnoError(NO_SUCH_FILE);
      return createNode(parent, name, content);
    },
  };

  const streamOperations = {
    /** @param {any} stream @param {number} offset @param {number} whence */
    llseek(stream, offset, whence) {
      if (whence === 1) return offset + stream.position;
      if (whence === 2) return offset + stream.node.content.length;
      return offset;
    },
    /** @param {any} stream @param {Uint8Array} buffer @param {number} offset @param {number} length
     * @param {number} position */
    read(stream, buffer, offset, length, position) {
      const bytes = stream.node.content.subarray(position, position + length);
      buffer.set(bytes, offset);
      return bytes.length;
    },
  };

  return { mount: () => createNode(null, "/", root) };
}

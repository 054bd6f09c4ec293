// The globs of wrangler's `python_modules.exclude`: `**` crosses folders, `*` does not.

/** @param {string} glob */
export function globToRegExp(glob) {
  const source = glob
    .split("/")
    .map((part, index, parts) => {
      const last = index === parts.length - 1;
      if (part === "**") return last ? ".*" : "(?:[^/]+/)*";
      const literal = part
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", "[^/]*")
        .replaceAll("?", "[^/]");
      return last ? literal : `${literal}/`;
    })
    .join("");
  return new RegExp(`^${source}$`);
}

/** @param {string[]} globs @returns {(path: string) => boolean} */
export function matcher(globs) {
  const expressions = globs.map(globToRegExp);
  return (path) => expressions.some((expression) => expression.test(path));
}

// Where things are in a checkout.

import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
export const GUEST = path.join(ROOT, "local", "guest");
export const CACHE = path.join(ROOT, ".cache");
export const STATE = path.join(ROOT, ".local");
export const PYODIDE = path.join(ROOT, "node_modules", "pyodide");
export const PYTHON_MODULES = path.join(ROOT, "python_modules");
export const PRODUCT_CONFIGS = [
  "wrangler.objects.toml",
  "wrangler.toml",
  "wrangler.api.toml",
  "wrangler.moderator.toml",
].map((name) => path.join(ROOT, name));

// The links of the benches: made at the api or from inside, and their clicks asked for afterwards.

import { askJson } from "./ask.mjs";
import { TOKEN } from "./server.mjs";
import { API } from "./workers.mjs";

/** @typedef {import("./server.mjs").Server} Server */

export const TARGET = "https://example.com/landing/page";
const CODES_A_CALL = 500;

/** Create a link as a client would.
 * @param {Server} server @param {Record<string, string>} fields */
export function create(server, fields) {
  return askApi(server, "", {
    method: "POST",
    body: JSON.stringify({ target: TARGET, ...fields }),
    headers: { "content-type": "application/json" },
  });
}

/** What the api says of a link's clicks.
 * @param {Server} server @param {string} code @returns {Promise<number>} */
export async function clicksOf(server, code) {
  return (await askApi(server, `/${code}`)).clicks;
}

/** Links by the thousand, through the Worker `seeder`: `claim` makes them whole, `put` only in KV.
 * `news` makes the news of links that edges hear, as they are when nothing changed for some minutes.
 * @param {Server} server @param {"claim" | "put" | "news"} op @param {string[]} wanted */
export async function seed(server, op, wanted) {
  const answers = await askSeeder(server, op, wanted);
  const refused = answers.filter((answer) => answer !== true).length;
  if (refused) throw new Error(`${refused} of ${wanted.length} codes were taken`);
}

/** The clicks of many links together.
 * @param {Server} server @param {string[]} wanted @returns {Promise<number>} */
export async function clicksOfAll(server, wanted) {
  const counts = await askSeeder(server, "clicks", wanted);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** @param {string} prefix @param {number} count */
export function codes(prefix, count) {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** @param {Server} server @param {string} path @param {NonNullable<Parameters<typeof askJson>[1]>} [options] */
function askApi(server, path, { headers = {}, ...options } = {}) {
  const url = `${server.origin(API)}/api/v1/links${path}`;
  return askJson(url, { ...options, headers: { ...headers, authorization: `Bearer ${TOKEN}` } });
}

/** @param {Server} server @param {string} op @param {string[]} all */
async function askSeeder(server, op, all) {
  const answers = [];
  for (let start = 0; start < all.length; start += CODES_A_CALL) {
    const body = JSON.stringify({ op, codes: all.slice(start, start + CODES_A_CALL), target: TARGET });
    answers.push(...(await askJson(server.origin("seeder"), { method: "POST", body })));
  }
  return answers;
}

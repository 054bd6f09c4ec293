// One request on a connection of its own: workerd now and then closes a kept one just when it is used again.

import http from "node:http";

/** @param {string} url @param {{ method?: string, body?: string, headers?: Record<string, string> }} [options]
 * @returns {Promise<{ status: number, text: string }>} */
export function ask(url, { method = "GET", body = "", headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const length = { "content-length": Buffer.byteLength(body) };
    const request = http.request(url, { method, agent: false, headers: { ...headers, ...length } }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** The JSON of a right answer.
 * @param {string} url @param {Parameters<typeof ask>[1]} [options] @returns {Promise<any>} */
export async function askJson(url, options) {
  const { status, text } = await ask(url, options);
  if (status >= 400) throw new Error(`${url} answered ${status}: ${text}`);
  return JSON.parse(text);
}

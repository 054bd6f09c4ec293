// Uploads whose bodies are made while they are sent.

import http from "node:http";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { gif } from "./gifs.mjs";

/** Upload a GIF of about so many bytes as a raw body; return how many it had.
 * @param {string} url @param {string} token @param {number} bytes @param {number} number which GIF
 * @param {number} [bytesPerSecond] how fast the client is; as fast as it is taken if absent */
export async function upload(url, token, bytes, number, bytesPerSecond = Infinity) {
  const { length, pieces } = gif(bytes, number);
  const headers = { authorization: `Bearer ${token}`, "content-type": "image/gif", "content-length": length };
  const request = http.request(url, { method: "POST", agent: false, headers });
  const answered = answerTo(request);
  await Promise.all([
    pipeline(Readable.from(paced(pieces(), bytesPerSecond), { objectMode: false }), request),
    answered,
  ]);
  const { status, text } = await answered;
  if (status !== 201) throw new Error(`the upload of ${length} bytes was answered ${status}: ${text}`);
  return length;
}

/** @param {Iterable<Buffer>} pieces @param {number} bytesPerSecond */
async function* paced(pieces, bytesPerSecond) {
  const started = performance.now();
  let sent = 0;
  for (const piece of pieces) {
    const early = (sent * 1000) / bytesPerSecond - (performance.now() - started);
    if (early > 0) await setTimeout(early);
    yield piece;
    sent += piece.length;
  }
}

/** @param {http.ClientRequest} request @returns {Promise<{ status: number, text: string }>} */
function answerTo(request) {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
}

// Who asks: browsers of many people, as their requests look behind the platform.

const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
];
const REFERRERS = ["https://www.reddit.com/r/gifs/", "https://t.co/", "https://discord.com/", ""];
const COUNTRIES = ["US", "DE", "BR", "IN", "JP", "GB", "FR"];
const LANGUAGES = ["en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.5", "pt-BR,pt;q=0.8"];
const VISITORS = 16_384;

/** The headers of each visitor. Addresses are of 198.18.0.0/15, which is kept for benchmarks.
 * @type {Record<string, string>[]} */
export const visitors = Array.from({ length: VISITORS }, (_, index) => {
  const referrer = pick(REFERRERS, index);
  return {
    "user-agent": pick(AGENTS, index),
    "accept-language": pick(LANGUAGES, index),
    ...(referrer ? { referer: referrer } : {}),
    "cf-ipcountry": pick(COUNTRIES, index),
    "cf-connecting-ip": `198.18.${index >> 8}.${index & 255}`,
  };
});

/** The headers of the visitor whose turn it is.
 * @param {number} turn */
export function visitor(turn) {
  return pick(visitors, turn);
}

/** @template T @param {T[]} all @param {number} turn @returns {T} */
function pick(all, turn) {
  return /** @type {T} */ (all[turn % all.length]);
}

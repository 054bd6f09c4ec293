// Which link is asked for: the same draws in every run.

/** Numbers in [0, 1) that a seed determines (Mulberry32).
 * @param {number} seed */
export function draws(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every link equally often.
 * @param {number} links @param {() => number} draw @returns {() => number} */
export function uniform(links, draw) {
  return () => Math.floor(draw() * links);
}

/** Link k as often as 1/k says (Zipf with exponent 1).
 * @param {number} links @param {() => number} draw @returns {() => number} */
export function zipf(links, draw) {
  const cumulative = new Float64Array(links);
  let sum = 0;
  for (let link = 0; link < links; link += 1) {
    sum += 1 / (link + 1);
    cumulative[link] = sum;
  }
  return () => firstAbove(cumulative, draw() * sum);
}

/** @param {Float64Array} sorted @param {number} value */
function firstAbove(sorted, value) {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {number} */ (sorted[middle]) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

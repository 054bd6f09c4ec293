// The few numbers that a bench prints of many.

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? at(sorted, middle) : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
}

/** The smallest value that at least `share` of all do not exceed.
 * @param {number[]} values @param {number} share */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

/** @param {number[]} values */
export function spread(values) {
  return { median: round(median(values)), min: round(Math.min(...values)), max: round(Math.max(...values)) };
}

/** @param {number} value @param {number} [digits] */
export function round(value, digits = 3) {
  return Number(value.toFixed(digits));
}

/** @param {number[]} values @param {number} index */
function at(values, index) {
  const value = values[index];
  if (value === undefined) throw new Error("there is nothing to take a figure from");
  return value;
}

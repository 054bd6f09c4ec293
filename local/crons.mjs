// When a cron of a wrangler file is due. On the platform somebody else keeps the time.

/** @type {[number, number][]} the least and the most of each field: minute, hour, day, month, day of the week */
const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];
const MINUTE_MS = 60_000;

/**
 * Tell whether a cron is due in the minute of a moment, in UTC as on the platform. Fields are `*`, numbers, ranges,
 * lists and steps; names of days and months are not read. As in every cron, a day fits by either of its two fields
 * where both are given.
 * @param {string} cron @param {Date} at
 */
export function isDue(cron, at) {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== RANGES.length) throw new Error(`${cron} does not have five fields`);
  const now = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay()];
  const fits = fields.map((field, place) => isIn(field, place, /** @type {number} */ (now[place])));
  const [minute, hour, day, month, weekday] = fits;
  const either = fields[2] !== "*" && fields[4] !== "*";
  return Boolean(minute && hour && month && (either ? day || weekday : day && weekday));
}

/** Return how many milliseconds a moment is before the next minute.
 * @param {number} now */
export function untilNextMinute(now) {
  return MINUTE_MS - (now % MINUTE_MS);
}

/** @param {string} field @param {number} place @param {number} value */
function isIn(field, place, value) {
  // Sunday is 0 and 7.
  const values = place === 4 && value === 0 ? [0, 7] : [value];
  return field.split(",").some((part) => {
    const [least, most] = /** @type {[number, number]} */ (RANGES[place]);
    const read = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!read) throw new Error(`${field} is no field of a cron`);
    const [, first, last, step] = read.map((digits) => (digits === undefined ? undefined : Number(digits)));
    const start = first ?? least;
    const end = last ?? (first === undefined || step !== undefined ? most : first);
    if (start < least || end > most || step === 0) throw new Error(`${field} is out of range`);
    return values.some((one) => one >= start && one <= end && (one - start) % (step ?? 1) === 0);
  });
}

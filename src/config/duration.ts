/** Prometheus' units, longest first, in milliseconds. A year is 365 days, as there. */
const units = [
  ["y", 31_536_000_000],
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** Prometheus' grammar of durations, as a regular expression for the JSON Schema and for `parseDuration`. */
export const durationPattern =
  "^(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?$|^0$";

const grammar = new RegExp(durationPattern, "u");

/** Text such as `1h30m` in seconds; `undefined` when it is no duration, or longer than can be counted exactly. */
export function parseDuration(text: string): number | undefined {
  const found = grammar.exec(text);
  if (found === null || text === "") return undefined;
  let milliseconds = 0;
  for (const [index, [, length]] of units.entries()) {
    milliseconds += Number(found[2 * index + 2] ?? 0) * length;
  }
  return Number.isSafeInteger(milliseconds) ? milliseconds / 1000 : undefined;
}

/**
 * Seconds as Prometheus writes them, to the millisecond: `90` is `1m30s`. Days and longer units are used only
 * where nothing is left over, so that 36 hours stay `36h`. Expects a number that is not negative.
 */
export function formatDuration(seconds: number): string {
  let rest = Math.round(seconds * 1000);
  if (rest === 0) return "0s";
  let text = "";
  for (const [unit, length] of units) {
    const isCalendarUnit = length >= 86_400_000;
    if (rest < length || (isCalendarUnit && rest % length !== 0)) continue;
    text += `${Math.floor(rest / length)}${unit}`;
    rest %= length;
  }
  return text;
}

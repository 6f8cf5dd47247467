import type { Spread } from "../measure/statistics.ts";

/** As many digits as a measurement is worth: three. A count is shown as it is. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return "?";
  if (Number.isInteger(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

/** The median, and from where to where the repetitions lie. */
export function shownSpread({ median, min, max }: Spread): string {
  return `${shown(median)} (${shown(min)}–${shown(max)})`;
}

export function shownMegabytes(bytes: number): string {
  return shown(bytes / 1024 ** 2);
}

const SECOND_MICROS = 1_000_000;
const FRACTION_DIGITS = 6;
const DAY_LENGTH = "2026-01-31".length;
const SECOND_LENGTH = "2026-01-31T12:00:00".length;

/** A moment in microseconds since the epoch → `2026-01-31 12:00:00.000001+00`, as PostgreSQL writes it in UTC. */
export function instantText(micros: number): string {
  const seconds = Math.floor(micros / SECOND_MICROS);
  const fraction = String(micros - seconds * SECOND_MICROS).padStart(FRACTION_DIGITS, "0");
  const iso = new Date(seconds * 1000).toISOString();
  return `${iso.slice(0, DAY_LENGTH)} ${iso.slice(DAY_LENGTH + 1, SECOND_LENGTH)}.${fraction}+00`;
}

/** The inverse of `instantText`. */
export function instantMicros(text: string): number {
  const [seconds = "", fraction = ""] = text.replace(/\+00$/, "").split(".");
  return Date.parse(`${seconds.replace(" ", "T")}Z`) * 1000 + Number(fraction);
}

/** Seconds from one moment to the next, both in microseconds, never negative; `null` for one that is unknown. */
export function secondsBetween(since: number | null, now: number): number | null {
  return since === null ? null : Math.max(now - since, 0) / SECOND_MICROS;
}

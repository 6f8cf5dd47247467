const SECOND_MICROS = 1_000_000;
const FRACTION_DIGITS = 6;
const DAY_SECONDS = 86_400;
const DAY_LENGTH = "2026-01-31".length;

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/** The day that was written last: an incident has hundreds of moments a look, nearly all of one day, and a date is dear. */
let lastDay = { day: 0, text: "1970-01-01" };

/** A moment in microseconds since the epoch → `2026-01-31 12:00:00.000001+00`, as PostgreSQL writes it in UTC. */
export function instantText(micros: number): string {
  const seconds = Math.floor(micros / SECOND_MICROS);
  const fraction = String(micros - seconds * SECOND_MICROS).padStart(FRACTION_DIGITS, "0");
  const day = Math.floor(seconds / DAY_SECONDS);
  if (day !== lastDay.day)
    lastDay = { day, text: new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, DAY_LENGTH) };
  const second = seconds - day * DAY_SECONDS;
  const hh = twoDigits[Math.floor(second / 3600)];
  const mm = twoDigits[Math.floor(second / 60) % 60];
  return `${lastDay.text} ${hh}:${mm}:${twoDigits[second % 60]}.${fraction}+00`;
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

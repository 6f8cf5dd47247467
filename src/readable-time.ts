import type { Interval } from "./classify/forecast/interval.ts";

/** An age as a person reads it: `45s`, `12m`, `3h05m`, `2d04h`. */
export function formatAge(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 120) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h${padded(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d${padded(hours % 24)}h`;
}

/** A time to come as an age is written. Less than a second of it still is a second: nothing is over before it is. */
export function formatTimeLeft(seconds: number): string {
  return formatAge(Math.ceil(seconds));
}

const spanUnits = [
  { text: "d", seconds: 86400 },
  { text: "h", seconds: 3600 },
  { text: "min", seconds: 60 },
] as const;

/**
 * Times to come, given in seconds, as rough as they are known: `45 s`, `40 min`, `5 h`, `3 d`. All in one unit, so
 * that they compare at a glance; in a unit that would make nothing of the lower bound it would be no bound.
 */
export function formatSpans({ estimate, lower, upper }: Interval): Readonly<Record<keyof Interval, string>> {
  const unit = spanUnits.find(({ seconds }) => estimate >= 2 * seconds && lower >= seconds);
  const { text, seconds } = unit ?? { text: "s", seconds: 1 };
  const said = (span: number): string => `${Math.round(span / seconds)} ${text}`;
  return { estimate: said(estimate), lower: said(lower), upper: said(upper) };
}

/** The minute of the day of an epoch: `14:05 UTC`. */
export function formatTimeOfDay(epochSeconds: number): string {
  return `${minuteOfDay(epochSeconds)} UTC`;
}

/** The second of the day of an epoch: `14:05:59 UTC`. */
export function formatSecondOfDay(epochSeconds: number): string {
  return `${minuteOfDay(epochSeconds)}:${padded(Math.floor(epochSeconds) % 60)} UTC`;
}

function minuteOfDay(epochSeconds: number): string {
  const minutes = Math.floor(epochSeconds / 60) % 1440;
  return `${padded(Math.floor(minutes / 60))}:${padded(minutes % 60)}`;
}

function padded(value: number): string {
  return String(value).padStart(2, "0");
}

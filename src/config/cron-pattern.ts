import { Cron, CronPattern } from "croner";

/** Five fields begin with the minute, six with the second. */
export type CronMode = "5-part" | "6-part";

/** How many fields a pattern has. */
export function fieldsOf(pattern: string): number {
  return pattern.trim().split(/\s+/u).length;
}

/** Whether a text is a cron pattern of so many fields, be there a day on which it fires or not. */
export function isCronPattern(text: string, mode: CronMode): boolean {
  try {
    // `Cron` alone would also take a date, and fire once.
    new CronPattern(text, undefined, { mode });
    return true;
  } catch {
    // croner throws for whatever is no pattern; the caller says what is expected.
    return false;
  }
}

/**
 * Whether a text is a cron pattern that fires at some time. Counted from a fixed day, because the configuration must
 * not mean something else tomorrow. `domAndDow` is how a pattern is read that limits both day and weekday: whether both
 * must match, or either.
 */
export function firesEver(text: string, mode: CronMode, domAndDow = false): boolean {
  const start = new Date("2000-01-01T00:00:00Z");
  return (
    isCronPattern(text, mode) && new Cron(text, { mode, domAndDow, paused: true }).nextRun(start) !== null
  );
}

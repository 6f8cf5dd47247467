import { Cron } from "croner";

import { fieldsOf } from "./cron-pattern.ts";

/** Times that patterns name, with the text of the patterns. */
export type Window = {
  readonly cron: readonly string[];
  readonly timeZone: string;
  /** Whether any pattern names this instant (epoch seconds). */
  readonly isOpenAt: (epochSeconds: number) => boolean;
};

/**
 * A window of patterns with five or six cron fields, in a time zone of the IANA. Five fields name whole minutes, six
 * name whole seconds. A pattern that limits both day and weekday names the days that are both. Throws for what `windowField` would refuse.
 */
export function compileWindow(cron: readonly string[], timeZone: string): Window {
  const patterns = cron.map((text) => compilePattern(text, timeZone));
  return { cron, timeZone, isOpenAt: (epochSeconds) => patterns.some((names) => names(epochSeconds)) };
}

function compilePattern(text: string, timeZone: string): Window["isOpenAt"] {
  const isInMinutes = fieldsOf(text) === 5;
  const mode = isInMinutes ? "5-part" : "6-part";
  // Both must match: cron's "either" would open the first Sunday of a month on six other days as well.
  const pattern = new Cron(text, { mode, timezone: timeZone, domAndDow: true, paused: true });
  // A pattern in minutes means second 0 to croner, and the whole minute to us. Time zones differ by whole minutes.
  const precision = isInMinutes ? 60 : 1;
  return (epochSeconds) => pattern.match(new Date(Math.floor(epochSeconds / precision) * precision * 1000));
}

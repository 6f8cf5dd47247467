import * as z from "zod";

import { fieldsOf, firesEver } from "./cron-pattern.ts";
import { mapping } from "./mapping.ts";
import { compileWindow, type Window } from "./window.ts";

/** Each is asked for every suspect of a look. */
const MOST_PATTERNS = 50;
const PATTERN = "five cron fields (minute hour day month weekday), or six that begin with the second";
const TIME_ZONE = "a time zone such as Europe/Berlin or UTC";

const pattern = z
  .string({ error: PATTERN })
  .meta({
    description: "Five cron fields name whole minutes; six begin with the second.",
    examples: ["* 8-17 * * MON-FRI"],
  })
  .transform((text, context) => {
    const fields = fieldsOf(text);
    const mode = fields === 5 ? "5-part" : "6-part";
    if ((fields === 5 || fields === 6) && firesEver(text, mode, true)) return text;
    context.addIssue({ code: "custom", message: PATTERN, input: text });
    return z.NEVER;
  });

const timeZone = z
  .string({ error: TIME_ZONE })
  .refine(isTimeZone, { error: TIME_ZONE })
  .meta({
    description: "The time zone of the patterns, by its name at the IANA.",
    examples: ["Europe/Berlin", "UTC"],
  });

/** A schema for a window; its value is the compiled window. */
export function windowField(description: string): z.ZodType<Window> {
  return mapping({
    cron: z
      .array(pattern, { error: "a list of cron patterns" })
      .min(1, { error: "at least one cron pattern" })
      .max(MOST_PATTERNS, { error: `at most ${MOST_PATTERNS} cron patterns` })
      .meta({ description: "Patterns of the time that is meant: it is open while any of them matches." }),
    time_zone: timeZone,
  })
    .meta({ description })
    .transform(({ cron, time_zone }) => compileWindow(cron, time_zone));
}

/** An offset such as `+02:00` would be wrong for half of the year, and not every Node.js knows it. */
function isTimeZone(name: string): boolean {
  if (/^[+-]/u.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // Only for a name that it does not know.
  }
}

import { Cron, CronPattern } from "croner";
import * as z from "zod";

const EXPECTED = "six cron fields (second minute hour day month weekday)";
const EXPECTED_DAY = "a cron pattern that fires on some day";

const described = z.string({ error: EXPECTED }).meta({
  description:
    "When to look, as six cron fields with seconds, in the time zone of the process. Not together with every.",
  examples: ["*/10 * * * * *", "0 */5 8-18 * * MON-FRI"],
});

/** A schema for a cron pattern with seconds that fires at some time; its value is the pattern's text. */
export const cronField: z.ZodType<string> = described.transform((text, context) => {
  const isPattern = isSixFields(text);
  if (isPattern && firesEver(text)) return text;
  const isMissingSeconds = text.trim().split(/\s+/u).length === 5;
  const hint = isMissingSeconds ? `seconds come first: write "0 ${text.trim()}"` : undefined;
  context.addIssue({
    code: "custom",
    message: isPattern ? EXPECTED_DAY : EXPECTED,
    input: text,
    params: { hint },
  });
  return z.NEVER;
});

function isSixFields(text: string): boolean {
  try {
    // `Cron` alone would also take a date, and fire once.
    new CronPattern(text, undefined, { mode: "6-part" });
    return true;
  } catch {
    // croner throws for whatever is no pattern; the caller says what is expected.
    return false;
  }
}

/** Counted from a fixed day, because the configuration must not mean something else tomorrow. */
function firesEver(pattern: string): boolean {
  const start = new Date("2000-01-01T00:00:00Z");
  return new Cron(pattern, { mode: "6-part", paused: true }).nextRun(start) !== null;
}

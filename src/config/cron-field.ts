import * as z from "zod";

import { fieldsOf, firesEver, isCronPattern } from "./cron-pattern.ts";

const EXPECTED = "six cron fields (second minute hour day month weekday)";
const EXPECTED_DAY = "a cron pattern that fires on some day";

const described = z.string({ error: EXPECTED }).meta({
  description:
    "When to look, as six cron fields with seconds, in the time zone of the process. Not together with every.",
  examples: ["*/10 * * * * *", "0 */5 8-18 * * MON-FRI"],
});

/** A schema for a cron pattern with seconds that fires at some time; its value is the pattern's text. */
export const cronField: z.ZodType<string> = described.transform((text, context) => {
  const isPattern = isCronPattern(text, "6-part");
  if (isPattern && firesEver(text, "6-part")) return text;
  const withSeconds = `0 ${text.trim()}`;
  const hint =
    fieldsOf(text) === 5 && firesEver(withSeconds, "6-part")
      ? `seconds come first: write "${withSeconds}"`
      : undefined;
  context.addIssue({
    code: "custom",
    message: isPattern ? EXPECTED_DAY : EXPECTED,
    input: text,
    params: { hint },
  });
  return z.NEVER;
});

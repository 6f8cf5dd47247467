import * as z from "zod";

import { MATCHER_SHAPE, parseMatcher } from "./matcher.ts";
import type { Matcher } from "./matcher.ts";

const described = z.string({ error: MATCHER_SHAPE }).meta({
  description:
    "A label, one of = != =~ !~, and a value in double quotes. A field that is unknown never matches.",
  examples: ['usename="app"', 'application_name=~"web-.*"'],
});

/** A schema for one matcher; its value is the compiled matcher. */
export const matcherField: z.ZodType<Matcher> = described.transform((text, context) => {
  const read = parseMatcher(text);
  if ("matcher" in read) return read.matcher;
  const { expected, hint } = read.problem;
  context.addIssue({ code: "custom", message: expected, input: text, params: { hint } });
  return z.NEVER;
});

import * as z from "zod";

import { MATCHER_SHAPE, namesOf, parseMatcher } from "./matcher.ts";
import type { Labels, Matcher } from "./matcher.ts";

/** A schema for one matcher on some of these labels; its value is the compiled matcher. */
export function matcherField<Seen>(labels: Labels<Seen>): z.ZodType<Matcher<Seen>> {
  const described = z.string({ error: MATCHER_SHAPE }).meta({
    description: `A label (${namesOf(labels)}), one of = != =~ !~, and a value in double quotes. A field that is unknown never matches.`,
    examples: ['usename="app"', 'application_name=~"web-.*"'],
  });
  return described.transform((text, context) => {
    const read = parseMatcher(text, labels);
    if ("matcher" in read) return read.matcher;
    const { expected, hint } = read.problem;
    context.addIssue({ code: "custom", message: expected, input: text, params: { hint } });
    return z.NEVER;
  });
}

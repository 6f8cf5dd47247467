import * as z from "zod";

const EXPECTED = "a key of 1 to 32 lower-case letters, underscores and dots";

/** Each of these has a value for every request or statement, and a metric would grow by a time series with each. */
const refused: readonly string[] = ["traceparent", "tracestate", "line"];

const described = z
  .string({ error: EXPECTED })
  .regex(/^[a-z_.]{1,32}$/u, { error: EXPECTED })
  .meta({ examples: ["route", "controller"], not: { enum: refused } });

const commentLabel = described.transform((key, context) => {
  if (!refused.includes(key)) return key;
  const hint = `${key} has a value for every request, and a metric would grow with each`;
  context.addIssue({
    code: "custom",
    message: "a key that has few values",
    input: key,
    params: { hint },
  });
  return z.NEVER;
});

/** A schema for the comment keys that become labels. */
export const commentLabelsField = z
  .array(commentLabel, { error: "a list of keys" })
  .max(5, { error: "at most 5 keys" })
  .meta({
    description: "Keys of statement comments that become labels of a metric: none unless some are named.",
    examples: [["route", "controller"]],
    uniqueItems: true,
  });

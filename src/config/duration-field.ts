import * as z from "zod";

import { durationPattern, parseDuration } from "./duration.ts";

type DurationField = {
  /** The whole "expected" of the error message. */
  readonly expected: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly precision: "seconds" | "milliseconds";
  readonly description: string;
  readonly examples: readonly string[];
  /** Whether the word `any` may stand in its place: it is `Infinity`. */
  readonly orAny?: boolean;
};

/** A schema that reads a duration as seconds. Its metadata describe the text, because that is what a file contains. */
export function durationField(field: DurationField): z.ZodType<number> {
  const { expected, fromSeconds, toSeconds, precision, description, examples, orAny = false } = field;
  return z
    .unknown()
    .meta({
      type: "string",
      pattern: orAny ? `${durationPattern}|^any$` : durationPattern,
      description,
      examples,
    })
    .transform((value, context) => {
      if (orAny && value === "any") return Infinity;
      const seconds = typeof value === "string" ? parseDuration(value) : undefined;
      const isWithin = seconds !== undefined && seconds >= fromSeconds && seconds <= toSeconds;
      if (isWithin && (precision === "milliseconds" || Number.isInteger(seconds))) return seconds;
      const isBareNumber = /^[1-9]\d{0,9}$/u.test(String(value));
      const hint = isBareNumber ? `durations need a unit: write ${String(value)}s` : undefined;
      context.addIssue({ code: "custom", message: expected, input: value, params: { hint } });
      return z.NEVER;
    });
}

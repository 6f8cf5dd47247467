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
  /** What a guess of the unit cannot know, for whoever forgot the unit. */
  readonly caution?: string;
  /** Whether the word `any` may stand in its place: it is `Infinity`. */
  readonly orAny?: boolean;
};

/** A schema that reads a duration as seconds. Its metadata describe the text, because that is what a file contains. */
export function durationField(field: DurationField): z.ZodType<number> {
  const { expected, description, examples, orAny = false } = field;
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
      const seconds = typeof value === "string" ? secondsWithin(value, field) : undefined;
      if (seconds !== undefined) return seconds;
      const hint = hintForUnit(value, field);
      context.addIssue({ code: "custom", message: expected, input: value, params: { hint } });
      return z.NEVER;
    });
}

/** A duration in seconds; `undefined` when it is none, or none that the field takes. */
function secondsWithin(text: string, field: DurationField): number | undefined {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds < field.fromSeconds || seconds > field.toSeconds) return undefined;
  return field.precision === "milliseconds" || Number.isInteger(seconds) ? seconds : undefined;
}

/** The units that a number without one may have had, the likeliest first. */
const guesses = ["s", "m", "h", "d", "ms"];

/** Whoever follows the hint must not be refused again: it names the first unit that the field would take. */
function hintForUnit(value: unknown, field: DurationField): string | undefined {
  const number = String(value);
  if (!/^[1-9]\d{0,9}$/u.test(number)) return undefined;
  const unit = guesses.find((guess) => secondsWithin(`${number}${guess}`, field) !== undefined);
  const advice = unit === undefined ? "" : `: write ${number}${unit}`;
  return `durations need a unit${advice}${field.caution === undefined ? "" : `; ${field.caution}`}`;
}

import * as z from "zod";

import { backendKinds } from "../classify/kind.ts";
import { durationField } from "./duration-field.ts";
import { mapping } from "./mapping.ts";
import { matcherField } from "./matcher-field.ts";
import { markerLabels, workLabels } from "./matcher-labels.ts";

/** Each is asked about every candidate of a look. */
const MOST_EXPECTED = 100;

/** Nothing is expected for ever: what the operator writes for a week at most, what sessions say of themselves for a day. */
const WEEK_SECONDS = 7 * 86_400;
const DAY_SECONDS = 86_400;

const KINDS = "one of the kinds of a session";
const REASON = "a text of 1 to 200 printable characters";

const work = mapping({
  match: z
    .array(matcherField(workLabels), { error: "a list of matchers" })
    .min(1, { error: "at least one matcher, because expected work must name whose it is" })
    .max(50, { error: "at most 50 matchers" })
    .meta({ description: "Whose work it is: all matchers must match." }),
  for: durationField({
    expected: "a duration from 1s to 7d",
    fromSeconds: 1,
    toSeconds: WEEK_SECONDS,
    precision: "milliseconds",
    description: "Until what age of its kind it is no suspect. Never for ever.",
    examples: ["2h", "1d"],
  }),
  kinds: z
    .array(z.enum(backendKinds, { error: `${KINDS}: ${backendKinds.join(", ")}` }), {
      error: "a list of kinds",
    })
    .min(1, { error: "at least one kind" })
    .meta({ description: "The kinds of leak that it may look like. All of a session where it is absent." })
    .default([...backendKinds]),
  reason: z
    .string({ error: REASON })
    .regex(/^[^\p{C}]{1,200}$/u, { error: REASON })
    .meta({ description: "Why, for whoever reads that it is expected.", examples: ["the books of a month"] })
    .optional(),
});

/** A schema for the work that the operator expects to last. */
export const expectedField = z
  .array(work, { error: "a list of expected work" })
  .max(MOST_EXPECTED, { error: `at most ${MOST_EXPECTED} items` })
  .meta({
    description:
      "Work that is expected to last: no suspect before its time is over, unless others wait for it, and never ended before. The first that matches and names the kind decides.",
  });

const allowance = mapping({
  match: z
    .array(matcherField(markerLabels), { error: "a list of matchers" })
    .min(1, { error: "at least one matcher, because an allowance must name whose markers are believed" })
    .max(50, { error: "at most 50 matchers" })
    .meta({ description: "Whose markers are believed: all matchers must match." }),
  at_most: uptoADay("How much of one marker is believed, from the start of its statement on.", "1h"),
  in_all: uptoADay(
    "How much of all markers of one transaction together, from its start on. As at_most where it is absent.",
    "6h",
  ).optional(),
});

/** A schema for whose sessions may say themselves how long they take. */
export const markersField = z
  .array(allowance, { error: "a list of allowances" })
  .max(MOST_EXPECTED, { error: `at most ${MOST_EXPECTED} items` })
  .meta({
    description:
      "Whose sessions may say how long they take, with `pgleash:expect=1h` in a comment of the statement or in the application name. Nobody's where it is absent. The first that matches decides.",
  });

function uptoADay(description: string, example: string) {
  return durationField({
    expected: "a duration from 1s to 1d",
    fromSeconds: 1,
    toSeconds: DAY_SECONDS,
    precision: "milliseconds",
    description,
    examples: [example],
  });
}

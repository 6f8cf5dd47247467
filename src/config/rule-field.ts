import * as z from "zod";

import { harmLevels } from "../classify/harm.ts";
import { backendKinds } from "../classify/kind.ts";
import { builtInFloors, ruleActions } from "../decide/policy.ts";
import { countField } from "./count-field.ts";
import { durationField } from "./duration-field.ts";
import { formatDuration } from "./duration.ts";
import { mapping } from "./mapping.ts";
import { matcherField } from "./matcher-field.ts";
import { targetLabels } from "./matcher-labels.ts";
import { nameField } from "./name-field.ts";
import { percentageField } from "./percentage-field.ts";
import { windowField } from "./window-field.ts";

const LOWEST_FLOOR = Math.min(...Object.values(builtInFloors));
const HIGHEST_FLOOR = Math.max(...Object.values(builtInFloors));

/** The most acts that limits can allow: what was done in the last hour is remembered one by one. */
export const MOST_ACTS = { perLook: 100, perMinute: 1000, perHour: 10_000 };

/** The schemas of the fields that must fit each other. */
export const minAgeField = durationField({
  expected: `a duration of at least ${formatDuration(LOWEST_FLOOR)}`,
  fromSeconds: LOWEST_FLOOR,
  toSeconds: Number.MAX_SAFE_INTEGER,
  precision: "milliseconds",
  caution: `at least ${formatDuration(HIGHEST_FLOOR)} for ${kindsWithFloor(HIGHEST_FLOOR).join(" and ")}`,
  description:
    "How long the session has looked like this leak, at least. No configuration goes below the floor of its kind.",
  examples: ["10m", "2h"],
});

export const matchField = z
  .array(matcherField(targetLabels), { error: "a list of matchers" })
  .min(1, { error: "at least one matcher, because a rule must name whom it is for" })
  .max(50, { error: "at most 50 matchers" })
  .meta({
    description:
      "Whom it is for: all matchers must match. One must name a database, role, application or client, and one the kind.",
  });

export const actionField = z.enum(ruleActions, { error: ruleActions.join(" or ") }).meta({
  description:
    "`terminate` ends the session. `cancel` ends a running statement, and nothing else: for `stale_active` alone.",
});

const limits = mapping({
  per_look: countField(1, MOST_ACTS.perLook, "Acts in one look.").optional(),
  per_minute: countField(1, MOST_ACTS.perMinute, "Acts in one minute.").optional(),
  per_hour: countField(1, MOST_ACTS.perHour, "Acts in one hour.").optional(),
}).meta({ description: "Narrower limits of this rule alone. Those of the policy hold besides." });

/** A schema for a rule of the policy. All its conditions must hold; whether they fit each other is checked in `raw-rules.ts`. */
export const ruleField = mapping({
  name: nameField("The label `rule` of what is done by it. Unique.", "forgotten transactions of orders"),
  match: matchField,
  action: actionField,
  min_age: minAgeField,
  sightings: countField(2, 1000, "On how many looks it was named, at least.").default(3),
  followed_for: upToADay("How long ago the first of these looks was, at least.", "1m"),
  min_harm: z
    .enum(harmLevels, { error: `one of ${harmLevels.join(", ")}` })
    .meta({ description: "What it costs others, at least." })
    .default("slot"),
  min_pressure: percentageField({
    expected: "a percentage from 0% to 100%",
    fromShare: 0,
    description: "How many of the usable connection slots are used, at least.",
    example: "80%",
  }).prefault("0%"),
  max_work_at_risk: durationField({
    expected: "a duration, or any",
    fromSeconds: 0,
    toSeconds: Number.MAX_SAFE_INTEGER,
    precision: "milliseconds",
    orAny: true,
    description:
      "How long the transaction was at work before it went idle, at most. What is unknown is too long.",
    examples: ["1h", "any"],
  }).prefault("any"),
  server_role: z
    .enum(["primary", "standby", "any"], { error: "primary, standby or any" })
    .meta({ description: "On which servers." })
    .default("primary"),
  during: windowField(
    "When it may act, by the clock of the server. At any time where it is absent.",
  ).optional(),
  except: windowField("When it may not act, by the clock of the server, whatever `during` says.").optional(),
  warn_for: upToADay("How long before the act it is announced, at least.", "1m"),
  limits: limits.prefault({}),
  share: percentageField({
    expected: "a percentage from 0.01% to 100%",
    fromShare: 0.0001,
    description: "Instead of the share of the policy: an incident may need a greater one.",
    example: "20%",
  }).optional(),
});

function kindsWithFloor(seconds: number): readonly string[] {
  return backendKinds.filter((kind) => builtInFloors[kind] === seconds);
}

function upToADay(description: string, fallback: string) {
  return durationField({
    expected: "a duration of at most 1d",
    fromSeconds: 0,
    toSeconds: 86_400,
    precision: "milliseconds",
    description,
    examples: [fallback],
  }).prefault(fallback);
}

import * as z from "zod";

import { policyModes } from "../decide/policy.ts";
import { countField } from "./count-field.ts";
import { durationField } from "./duration-field.ts";
import { fileField } from "./file-field.ts";
import { mapping } from "./mapping.ts";
import { percentageField } from "./percentage-field.ts";
import { protectionField, shippedNameField } from "./protection-field.ts";
import { shippedNames } from "./protections.ts";
import { MOST_ACTS, ruleField } from "./rule-field.ts";

/** Each is asked about every suspect of a look. */
const MOST_RULES = 100;
const MOST_PROTECTIONS = 200;

/** The limits over all rules where nothing is said; a rule may only narrow them. */
export const builtInLimits = { per_look: 1, per_minute: 5, per_hour: 30 };

const limits = mapping({
  per_look: countField(1, MOST_ACTS.perLook, "Acts in one look.").default(builtInLimits.per_look),
  per_minute: countField(1, MOST_ACTS.perMinute, "Acts in one minute.").default(builtInLimits.per_minute),
  per_hour: countField(1, MOST_ACTS.perHour, "Acts in one hour.").default(builtInLimits.per_hour),
  share: percentageField({
    expected: "a percentage from 0.01% to 100%",
    fromShare: 0.0001,
    description: "Share of the client sessions that may be ended within `share_window`. One always may.",
    example: "5%",
  }).prefault("5%"),
  share_window: time("1m", 60, "The time that `share` is about.", "10m"),
  cool_down: time("0s", 0, "Time between two acts on sessions of one role, application and client.", "10s"),
}).meta({ description: "How many acts on one server, over all rules." });

const breaker = mapping({
  futile_acts: countField(
    1,
    100,
    "So many acts within `window` on one application, on one of its clients where looks tell them apart, or in all, and those have as many sessions as before: acting is stopped.",
  ).default(3),
  unconfirmed_acts: countField(
    1,
    100,
    "So many acts within `window` of which nobody could see that they worked: acting is stopped.",
  ).default(2),
  window: time("1m", 60, "The time that the two are about.", "10m"),
  cool_down: time("1m", 60, "After this long, one act is tried again.", "30m"),
}).meta({ description: "When acting is stopped because it does not help." });

/** A schema for what may be done to whom. Without rules, nothing. */
export const policyField = mapping({
  mode: z
    .enum(policyModes, { error: policyModes.join(" or ") })
    .meta({ description: "`dry_run` records what it would do. `enforce` also needs `--enforce` at start." })
    .default("dry_run"),
  audit_file: path("Where every act is put on record, before and after. Needed to enforce.", "audit.jsonl"),
  pause_file: path("Where a pause is ordered. Its folder must be there. Needed to enforce.", "pause.json"),
  lease_database: z
    .string({ error: "the name of a database" })
    .regex(/^[^\p{C}]{1,63}$/u, { error: "the name of a database" })
    .meta({
      description: "Where the lock is taken that lets one of several pgleash act: the same for all of them.",
    })
    .default("postgres"),
  limits: limits.prefault({}),
  breaker: breaker.prefault({}),
  unprotect: z
    .array(shippedNameField, { error: "a list of names" })
    .max(MOST_PROTECTIONS, { error: `at most ${MOST_PROTECTIONS} names` })
    .meta({ description: "Shipped protections that do not hold here." })
    .default([]),
  protect: z
    .array(protectionField, { error: "a list of protections" })
    .superRefine((protections, context) => {
      // Those that are written out as they are shipped do not count, so that what is shown can be loaded.
      const own = protections.filter(({ name }) => !shippedNames.includes(name)).length;
      if (own <= MOST_PROTECTIONS) return;
      const message = `at most ${MOST_PROTECTIONS} protections of your own`;
      context.addIssue({ code: "custom", message, params: { got: `${own}` } });
    })
    .meta({ description: "Whom nobody ends, besides those who are protected as shipped." })
    .default([]),
  rules: z
    .array(ruleField, { error: "a list of rules" })
    .max(MOST_RULES, { error: `at most ${MOST_RULES} rules` })
    .meta({ description: "Who may be ended, when, and how many. The first that allows it acts." })
    .default([]),
}).meta({ description: "Who may be ended. Without rules, nobody." });

function path(description: string, example: string): ReturnType<typeof fileField> {
  return fileField(description, `/var/lib/pgleash/${example}`);
}

/** From `least` to a day. */
function time(least: string, fromSeconds: number, description: string, fallback: string) {
  return durationField({
    expected: `a duration from ${least} to 1d`,
    fromSeconds,
    toSeconds: 86_400,
    precision: "milliseconds",
    description,
    examples: [fallback],
  }).prefault(fallback);
}

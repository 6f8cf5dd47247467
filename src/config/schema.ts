import * as z from "zod";

import type { LeakKind } from "../classify/kind.ts";
import { builtInThresholds } from "../classify/thresholds.ts";
import { cronField } from "./cron-field.ts";
import { durationField } from "./duration-field.ts";
import { formatDuration } from "./duration.ts";
import { matcherField } from "./matcher-field.ts";
import { urlField } from "./url-field.ts";

// Every message here is only what was expected: `explain-issue.ts` adds what came instead, and what to do.

// A JavaScript timer holds 24 days and fires at once beyond them: both timers of a look are bounded well below.
const every = durationField({
  expected: "a duration of whole seconds from 1s to 1d",
  fromSeconds: 1,
  toSeconds: 86_400,
  precision: "seconds",
  description: "Time between two looks, in whole seconds. Not together with cron. 10s when neither is given.",
  examples: ["10s", "1m"],
});

const lookTimeout = durationField({
  expected: "a duration from 100ms to 1h",
  fromSeconds: 0.1,
  toSeconds: 3600,
  precision: "milliseconds",
  description: "Deadline of one look on our side, at most every. 5s, or every where that is shorter.",
  examples: ["5s", "800ms"],
});

const detector = mapping({
  enabled: z
    .boolean({ error: "true or false" })
    .meta({ description: "Whether this kind is looked for. True where nothing else is said." })
    .optional(),
  suspect_after: threshold("Age from which a session is a suspect."),
  leaked_after: threshold("Age from which a suspect is called leaked."),
});

const detectors = mapping({
  idle_in_transaction_aborted: ofKind(
    "idle_in_transaction_aborted",
    "Idle in a transaction that has failed.",
  ),
  idle_in_transaction: ofKind("idle_in_transaction", "Idle in an open transaction: a commit was forgotten."),
  stalled_client: ofKind("stalled_client", "Active, but waiting for its client."),
  stale_active: ofKind("stale_active", "Active for long: its caller may have gone away."),
  long_transaction: ofKind("long_transaction", "Statements come and go, the transaction stays open."),
} satisfies Record<LeakKind, z.ZodType>).meta({ description: "Thresholds by kind of leak." });

const override = mapping({
  match: z
    .array(matcherField, { error: "a list of matchers" })
    .min(1, { error: "at least one matcher, because an override must name whom it is for" })
    .meta({ description: "Whom it is for: all matchers must match." }),
  detectors,
});

const overrides = z.array(override, { error: "a list of overrides" }).meta({
  description: "Other thresholds for some sessions. The first that matches and names the kind decides.",
});

/** What may stand at the top, for every server, and at a server, for itself. */
const watching = {
  every: every.optional(),
  cron: cronField.optional(),
  look_timeout: lookTimeout.optional(),
  detectors: detectors.optional(),
  overrides: overrides.optional(),
};

/** For editors only: `rules.ts` says it to people, with the place. */
const oneSchedule = { not: { required: ["every", "cron"] } };

const server = mapping({
  name: z
    .string({ error: "a name" })
    .regex(/^[^\p{C}\s](?:[^\p{C}]{0,98}[^\p{C}\s])?$/u, { error: "a name of 1 to 100 printable characters" })
    .meta({ description: "The label `server` of its metrics. Unique.", examples: ["main"] }),
  url: urlField,
  ...watching,
}).meta(oneSchedule);

const LABEL_BUDGET = "a whole number from 1 to 1000";

/** The YAML file: what may stand in it, what each key means, and what holds where it is absent. */
export const configSchema = mapping({
  ...watching,
  label_budget: z
    .int({ error: LABEL_BUDGET })
    .min(1, { error: LABEL_BUDGET })
    .max(1000, { error: LABEL_BUDGET })
    .meta({ description: "Label sets per server and metric family; what is beyond it is folded into one." })
    .default(200),
  servers: z
    .array(server, { error: "a list of servers" })
    .min(1, { error: "at least one server" })
    .meta({
      description: "The servers to watch. Without it, the one that DATABASE_URL or the PG* variables name.",
    })
    .optional(),
}).meta({ title: "Configuration of pgleash", ...oneSchedule });

/** The file as read: durations in seconds, matchers compiled, URLs taken apart. */
export type FileConfig = z.output<typeof configSchema>;

function threshold(what: string) {
  return durationField({
    expected: "a duration above 0s",
    fromSeconds: 0.001,
    toSeconds: Number.MAX_SAFE_INTEGER,
    precision: "milliseconds",
    description: `${what} Where it is absent, the next wider place decides.`,
    examples: ["30s", "5m", "1h30m"],
  }).optional();
}

function ofKind(kind: LeakKind, what: string) {
  const { suspectAfterSeconds, leakedAfterSeconds } = builtInThresholds[kind];
  const [suspect, leaked] = [formatDuration(suspectAfterSeconds), formatDuration(leakedAfterSeconds)];
  const description = `${what} Built in: suspect after ${suspect}, leaked after ${leaked}.`;
  return detector.meta({ description }).optional();
}

/** For an unknown key the message is the list of the known ones, from which a near one is guessed. */
function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? Object.keys(shape).join(", ") : "a mapping of keys to values",
  });
}

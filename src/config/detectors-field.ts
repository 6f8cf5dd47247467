import * as z from "zod";

import type { LeakKind } from "../classify/kind.ts";
import { builtInThresholds } from "../classify/thresholds.ts";
import { durationField } from "./duration-field.ts";
import { formatDuration } from "./duration.ts";
import { mapping } from "./mapping.ts";

const detector = mapping({
  enabled: z
    .boolean({ error: "true or false" })
    .meta({
      description: "Whether this kind is looked for. Where it is absent, the next wider place decides.",
    })
    .optional(),
  suspect_after: threshold("Age from which it is a suspect."),
  leaked_after: threshold("Age from which a suspect is called leaked."),
});

/** A schema for the thresholds of some kinds. */
export const detectorsField = mapping({
  idle_in_transaction_aborted: ofKind(
    "idle_in_transaction_aborted",
    "Idle in a transaction that has failed.",
  ),
  idle_in_transaction: ofKind("idle_in_transaction", "Idle in an open transaction: a commit was forgotten."),
  stalled_client: ofKind("stalled_client", "Active, but waiting for its client."),
  stale_active: ofKind("stale_active", "Active for long: its caller may have gone away."),
  long_transaction: ofKind("long_transaction", "Statements come and go, the transaction stays open."),
  never_used: ofKind("never_used", "Connected, and never ran a statement."),
  idle_too_long: ofKind("idle_too_long", "Idle outside any transaction, while connections run short."),
  prepared_transaction: ofKind("prepared_transaction", "Prepared for two-phase commit, and left there."),
  pool_overgrown: ofKind("pool_overgrown", "A pool above its declared size, or one that only ever grows."),
} satisfies Record<LeakKind, z.ZodType>).meta({ description: "Thresholds by kind of leak." });

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
  const { enabled, suspectAfterSeconds, leakedAfterSeconds } = builtInThresholds[kind];
  const [suspect, leaked] = [formatDuration(suspectAfterSeconds), formatDuration(leakedAfterSeconds)];
  const off = enabled ? "" : " Off by default: `enabled: true` turns it on.";
  const description = `${what} Built in: suspect after ${suspect}, leaked after ${leaked}.${off}`;
  return detector.meta({ description }).optional();
}

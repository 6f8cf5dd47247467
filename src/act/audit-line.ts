import * as z from "zod";

import type { Acted } from "../decide/leash.ts";
import { breakerCauses, outcomes, type Breaker, type LedgerEntry, type Outcome } from "../decide/ledger.ts";
import { policyModes, ruleActions } from "../decide/policy.ts";
import { escapedJson } from "../printable.ts";
import { auditVersion, type AuditRecord } from "./audit-record.ts";
import { groundsSchema } from "./grounds-schema.ts";

/** A record as it is read again: only what the ledger is rebuilt from, so that nothing else can make it unreadable. */
export type ReadRecord =
  | { readonly type: "act"; readonly id: string; readonly server: string; readonly entry: LedgerEntry }
  | {
      readonly type: "outcome";
      readonly id: string;
      readonly server: string;
      readonly episode: string;
      readonly outcome: Outcome;
    }
  | {
      readonly type: "called_off";
      readonly id: string;
      readonly server: string;
      readonly episode: string;
    }
  | { readonly type: "orphan"; readonly id: string }
  | { readonly type: "breaker"; readonly server: string; readonly breaker: Breaker }
  | {
      readonly type: "ledger";
      readonly server: string;
      readonly part?: number | undefined;
      readonly parts?: number | undefined;
      readonly entries: readonly LedgerEntry[];
      readonly acted: ReadonlyMap<string, Acted>;
      readonly breaker: Breaker;
    };

/** What a line turned out to be. `other` is a record of ours from which nothing is rebuilt. */
export type ReadLine =
  | { readonly type: "record"; readonly record: ReadRecord }
  | { readonly type: "other" }
  | { readonly type: "unreadable" }
  | { readonly type: "newer"; readonly version: number };

/** One record as a line, harmless on a terminal. `now` is the time by our clock. */
export function auditLine(record: AuditRecord, now: Date): string {
  return `${escapedJson({ v: auditVersion, time: now.toISOString(), ...record })}\n`;
}

/** Reads one line. Whatever is torn, damaged or not ours is `unreadable`. Never throws. */
export function readLine(line: string): ReadLine {
  const parsed = envelope.safeParse(parseJson(line));
  if (!parsed.success) return { type: "unreadable" };
  const { v: version, type } = parsed.data;
  if (version > auditVersion) return { type: "newer", version };
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (schema === undefined) return { type: "other" };
  const record = schema.safeParse(parsed.data);
  return record.success ? { type: "record", record: record.data } : { type: "unreadable" };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const envelope = z.looseObject({ v: z.int().positive(), type: z.string() });

const outcome = z.enum(outcomes);

const entry = z
  .object({
    at_seconds: z.number(),
    mode: z.enum(policyModes),
    rule: z.string(),
    action: z.enum(ruleActions),
    episode: z.string(),
    holder: z.object({
      usename: z.string().nullable(),
      application_name: z.string().nullable(),
      client_addr: z.string().nullable(),
    }),
    holder_sessions: z.number(),
    // Earlier versions left it out. Those of the holder are at most as many, so that the breaker opens too early, if at all.
    application_sessions: z.number().optional(),
    outcome: outcome.nullable().default(null),
  })
  .transform(
    ({
      at_seconds,
      holder: { usename, application_name, client_addr },
      holder_sessions,
      application_sessions,
      ...rest
    }): LedgerEntry => ({
      atSeconds: at_seconds,
      holder: { usename, applicationName: application_name, clientAddr: client_addr },
      holderSessions: holder_sessions,
      applicationSessions: application_sessions ?? holder_sessions,
      ...rest,
    }),
  );

const breaker = z
  .object({
    state: z.enum(["open", "closed"]),
    since_seconds: z.number(),
    // A breaker that is open stays open, whatever another version calls the reason, or tells of it.
    why: z.enum(breakerCauses).catch("unconfirmed"),
    grounds: groundsSchema.nullable().catch(null),
  })
  .transform(({ state, since_seconds: sinceSeconds, why, grounds }): Breaker =>
    state === "open" ? { state, sinceSeconds, why, grounds } : { state, sinceSeconds },
  );

const named = z.object({ server: z.string() });

const act = named
  .extend({ id: z.string() })
  .and(entry)
  .transform(({ id, server, ...fields }): ReadRecord => ({ type: "act", id, server, entry: fields }));

const acted = z
  .array(
    z.object({
      episode: z.string(),
      mode: z.enum(policyModes),
      attempts: z.number(),
      outcome: outcome.nullable(),
    }),
  )
  .transform((rows) => new Map(rows.map(({ episode, ...last }): [string, Acted] => [episode, last])));

/** By the type of the record. A type that is missing here is of no use to the ledger. */
const schemas: Readonly<Record<string, z.ZodType<ReadRecord>>> = {
  intent: act,
  would_act: act,
  outcome: named.extend({ type: z.literal("outcome"), id: z.string(), episode: z.string(), outcome }),
  called_off: named.extend({ type: z.literal("called_off"), id: z.string(), episode: z.string() }),
  orphan: z.object({ type: z.literal("orphan"), id: z.string() }),
  breaker: named
    .and(breaker)
    .transform(({ server, ...state }): ReadRecord => ({ type: "breaker", server, breaker: state })),
  ledger: named.extend({
    type: z.literal("ledger"),
    part: z.int().positive().optional().catch(undefined),
    parts: z.int().positive().optional().catch(undefined),
    entries: z.array(entry),
    acted,
    breaker,
  }),
};

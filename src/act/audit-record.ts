import type { Episode, Severity } from "../classify/episode.ts";
import type { HarmLevel } from "../classify/harm.ts";
import type { BackendKind } from "../classify/kind.ts";
import type { GroundsFields } from "../decide/grounds-fields.ts";
import type { Acted } from "../decide/leash.ts";
import type { Breaker, OpenBreaker, Outcome } from "../decide/ledger.ts";
import type { PolicyMode, RuleAction } from "../decide/policy.ts";
import type { SpareReason } from "../decide/reason.ts";
import type { WithdrawalReason } from "../decide/withdrawal.ts";
import type { BackendState } from "../observe/snapshot.ts";

/** The version of the schema, in each line. A new field or type leaves it as it is, a new meaning raises it. */
export const auditVersion = 1;

/** A suspect, under the names of the API. Null is SQL's null. No field holds a literal of a statement. */
export type SuspectFields = {
  readonly kind: BackendKind;
  readonly severity: Severity;
  readonly certainty: Episode["certainty"];
  readonly age_seconds: number;
  readonly sightings: number;
  readonly first_seen: string;
  readonly pid: number;
  readonly backend_start: string;
  readonly state: BackendState;
  readonly wait_event_type: string | null;
  readonly wait_event: string | null;
  readonly xact_start: string | null;
  readonly query_start: string | null;
  readonly state_change: string | null;
  readonly xact_seconds: number | null;
  readonly query_seconds: number | null;
  readonly state_seconds: number | null;
  readonly datname: string | null;
  readonly usename: string | null;
  readonly application_name: string | null;
  readonly client_addr: string | null;
  readonly pooled_client_addr: string | null;
  readonly query_id: string | null;
  readonly query: string | null;
  readonly comment: Readonly<Record<string, string>>;
  readonly harm: HarmLevel;
  readonly blocked_sessions: number;
  readonly horizon_age: number | null;
  readonly work_at_risk_seconds: number | null;
  readonly xid_age: number | null;
  readonly xmin_age: number | null;
  /** Null where nothing is expected: so of every act. Older records do not have it. */
  readonly expected: {
    readonly source: NonNullable<Episode["expectation"]>["source"];
    readonly left_seconds: number;
    readonly reason: string | null;
  } | null;
};

/** An entry of the ledger, of which the ledger can be rebuilt. `at_seconds` is the epoch by the server's clock. */
export type EntryFields = {
  readonly at_seconds: number;
  readonly mode: PolicyMode;
  readonly rule: string;
  readonly action: RuleAction;
  readonly episode: string;
  readonly holder: {
    readonly usename: string | null;
    readonly application_name: string | null;
    readonly client_addr: string | null;
  };
  readonly holder_sessions: number;
  /** From all clients of that role and application. */
  readonly application_sessions: number;
};

/** What the limits had counted at the time, this act included. */
type LimitsFields = {
  readonly acts_last_minute: number;
  readonly acts_last_hour: number;
  readonly rule_acts_last_hour: number;
  readonly breaker: Breaker["state"];
};

/** What is about to be done (`intent`), or what a dry run would have done. `id` is unique. */
export type ActRecord = EntryFields &
  SuspectFields & {
    readonly type: "intent" | "would_act";
    readonly id: string;
    readonly server: string;
    readonly limits: LimitsFields;
  };

export type OutcomeRecord = {
  readonly type: "outcome";
  readonly id: string;
  readonly server: string;
  readonly episode: string;
  readonly outcome: Outcome;
  readonly detail: string | null;
  /** How long the act took. */
  readonly seconds: number;
};

/** The intent of this id was called off before anything was sent: it counts as if it had never been. */
export type CalledOffRecord = {
  readonly type: "called_off";
  readonly id: string;
  readonly server: string;
  readonly episode: string;
  readonly reason: SpareReason;
  readonly why: string;
};

/** What an announcement says. Times are by the server's clock. Older records have neither mode nor action. */
type AnnouncementFields = {
  readonly server: string;
  readonly episode: string;
  readonly rule: string;
  readonly mode: PolicyMode;
  readonly action: RuleAction;
  readonly announced_at: string;
  /** Not before this time. Others may come first, for budgets are counted by looks, minutes and hours. */
  readonly planned_at: string;
};

/** `refused_by` is what would refuse the act if it came now, such as a lease that another process holds. */
export type AnnouncedRecord = SuspectFields &
  AnnouncementFields & { readonly type: "announced"; readonly refused_by: readonly SpareReason[] };

/** The suspect is as it was last seen, and missing where nothing is remembered of it. */
export type WithdrawnRecord = Partial<SuspectFields> &
  AnnouncementFields & {
    readonly type: "withdrawn";
    readonly reason: WithdrawalReason;
    readonly why: string;
  };

export type BreakerFields = {
  readonly state: Breaker["state"];
  readonly since_seconds: number;
  /** Why it is open, and by which acts; null while it is closed. */
  readonly why: OpenBreaker["why"] | null;
  readonly grounds: GroundsFields | null;
};

/** All that must survive of one server when the file is rotated, or longer than its reader reads. */
export type LedgerRecord = {
  readonly type: "ledger";
  readonly server: string;
  /** Which of how many it is, of those that are repeated together. Older records do not tell. */
  readonly part?: number;
  readonly parts?: number;
  readonly entries: readonly (EntryFields & { readonly outcome: Outcome | null })[];
  readonly acted: readonly ({ readonly episode: string } & Acted)[];
  readonly breaker: BreakerFields;
};

/** What `audit.ts` writes as one line, with the version of the schema and the time by our clock. */
export type AuditRecord =
  | { readonly type: "started"; readonly version: string; readonly mode: PolicyMode }
  | ActRecord
  | OutcomeRecord
  | CalledOffRecord
  | AnnouncedRecord
  | WithdrawnRecord
  | LedgerRecord
  | ({ readonly type: "breaker"; readonly server: string } & BreakerFields)
  /** An intent of an earlier process, of which nobody knows what came. */
  | { readonly type: "orphan"; readonly id: string; readonly server: string; readonly episode: string }
  | {
      readonly type: "paused";
      readonly reason: string;
      readonly until: string | null;
      readonly by: string | null;
    }
  | { readonly type: "resumed" }
  /** The file could not be written for a while, and so many records are missing here. */
  | { readonly type: "gap"; readonly lost: number; readonly since: string; readonly why: string };

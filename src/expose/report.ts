import type { Verdict } from "../classify/classify.ts";
import type { ThresholdRules } from "../classify/thresholds.ts";
import type { Leash } from "../decide/leash.ts";
import type { Outcome } from "../decide/ledger.ts";
import type { Act, Plan } from "../decide/plan.ts";
import type { Floors, Policy } from "../decide/policy.ts";
import type { Situation } from "../decide/situation.ts";
import type { Snapshot } from "../observe/snapshot.ts";

/** What was decided at a look, and what came of it. */
export type LeashReport = {
  readonly plan: Plan;
  readonly results: readonly Result[];
  /** The leash after the acts: the ledger, the breaker, what is announced. */
  readonly state: Leash;
  /** What was decided by, and in. */
  readonly policy: Policy;
  readonly floors: Floors;
  readonly situation: Situation;
  /** Why the lease is not ours, in words; `null` when it is, or is not needed. */
  readonly leaseRefusal: string | null;
  /** Why nothing can be put on record, in words; `null` while it can, and where a dry run keeps none. */
  readonly auditFailure: string | null;
};

/** What became of one act. */
type Result = {
  readonly act: Act;
  readonly action: Act["action"];
  readonly outcome: Outcome;
  readonly detail: string | null;
  /** Whether the server refused a signal of it. */
  readonly isRefused: boolean;
};

/** What one look came to. Everything shown comes from it. */
export type Report = Omit<Verdict, "memory"> & {
  readonly snapshot: Snapshot;
  /** Why the server gave no evidence when it was asked for some; `null` when it did, or was not asked. */
  readonly evidenceFailure: string | null;
  /** What it was judged by. */
  readonly thresholds: ThresholdRules;
  /** `null` where there are no rules. */
  readonly leash: LeashReport | null;
};

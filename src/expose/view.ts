import type { Tally } from "../classify/tally.ts";
import type { Policy } from "../decide/policy.ts";
import type { DecisionTally } from "../decide/tally.ts";
import type { FailureReason } from "../postgres/failure.ts";
import type { Probe } from "../postgres/probe.ts";
import type { LabelBudget } from "./label-budget.ts";
import type { Report } from "./report.ts";

/** What looking at one server has come to since this process started. Only ever grows. */
export type LookTally = {
  readonly begun: number;
  readonly failures: Readonly<Record<FailureReason, number>>;
  /** Connections opened: more than one says that the server, or the way to it, does not hold. */
  readonly connections: number;
};

/** The rules in force, and what the file says of them. */
export type ConfiguredRules = Pick<Policy, "mode" | "rules">;

/** One watched server, as everything shown sees it. */
export type ServerView = {
  readonly server: string;
  readonly intervalSeconds: number;
  /** What the last connection found out; `null` before the first. */
  readonly probe: Probe | null;
  /** The last look, or `null` when it failed: stale numbers are worse than none. */
  readonly report: Report | null;
  /** Why the last look failed; `null` when it did not, or before the first. */
  readonly failure: { readonly reason: FailureReason; readonly message: string } | null;
  /** Why the server gave no evidence when it was last asked for some; `null` when it did, or was not asked yet. */
  readonly evidenceFailure: string | null;
  readonly looks: LookTally;
  readonly lastDurationSeconds: number | null;
  /** Epoch seconds, by our own clock. */
  readonly lastSuccessSeconds: number | null;
  readonly tally: Tally;
  readonly decisions: DecisionTally;
  /** As configured, be there a look by it or not. */
  readonly policy: ConfiguredRules;
  /** The most label sets per metric that are shown under their own names. */
  readonly labelBudget: number;
  readonly sessionLabels: LabelBudget;
  readonly suspectLabels: LabelBudget;
  readonly poolLabels: LabelBudget;
  readonly commentLabels: LabelBudget;
  /** The keys of statement comments that the operator wants as labels. */
  readonly commentKeys: readonly string[];
};

/** The whole process. */
export type View = {
  readonly version: string;
  readonly nodeVersion: string;
  readonly reload: { readonly successful: boolean; readonly lastSuccessSeconds: number };
  /** The flag `--enforce`. */
  readonly isEnforceFlagged: boolean;
  /** Looks that are missing in the recording; `null` where nothing is recorded. */
  readonly unrecordedLooks: number | null;
  readonly servers: readonly ServerView[];
};

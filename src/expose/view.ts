import type { History } from "../advise/history.ts";
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

/** What quick looks have come to since this process started. Only ever grows. */
export type QuickLookTally = {
  readonly begun: number;
  readonly failures: Readonly<Record<FailureReason, number>>;
  /** Those that called for a look. */
  readonly calledFor: number;
};

/** Before the first one. */
export const noQuickLooks: QuickLookTally = {
  begun: 0,
  failures: { connect: 0, auth: 0, permission: 0, timeout: 0, protocol: 0, exhausted: 0 },
  calledFor: 0,
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
  /** As of the last look; `null` where none are configured. */
  readonly quickLooks: QuickLookTally | null;
  readonly lastDurationSeconds: number | null;
  /** Epoch seconds, by our own clock. */
  readonly lastSuccessSeconds: number | null;
  readonly tally: Tally;
  /** What all looks of this process showed of idle periods and of sessions at once. */
  readonly history: History;
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

/** The files that name servers. */
export type ServersFileView = {
  /** Whether all of them could be read; where not, what they said before holds. */
  readonly isSuccessful: boolean;
  /** When a change was last taken over from all of them, in epoch seconds by our own clock; `null` if never. */
  readonly lastSuccessSeconds: number | null;
  /** Targets that are left out: no connection can be made of them, or they have the name of another server. */
  readonly refusedTargets: number;
};

/** The whole process. */
export type View = {
  readonly version: string;
  readonly nodeVersion: string;
  /** When the process started, and when this was put together: epoch seconds, by our own clock. */
  readonly startedSeconds: number;
  readonly nowSeconds: number;
  readonly reload: { readonly successful: boolean; readonly lastSuccessSeconds: number };
  /** `null` where no file names servers. */
  readonly serversFile: ServersFileView | null;
  /** The flag `--enforce`. */
  readonly isEnforceFlagged: boolean;
  /** Looks that are missing in the recording; `null` where nothing is recorded. */
  readonly unrecordedLooks: number | null;
  readonly servers: readonly ServerView[];
};

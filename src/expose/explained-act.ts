import { backendOfEpisode } from "../classify/episode-key.ts";
import type { LedgerEntry, Outcome } from "../decide/ledger.ts";
import type { PolicyMode, RuleAction } from "../decide/policy.ts";
import { mayBeSameHolder } from "../decide/target.ts";
import type { Backend } from "../observe/snapshot.ts";

/** An act that limits still remember, on this session or on another of the same holder. */
export type ExplainedAct = {
  readonly at: string;
  readonly mode: PolicyMode;
  readonly rule: string;
  readonly action: RuleAction;
  /** Null for a dry run, and where nobody knows. */
  readonly outcome: Outcome | null;
  readonly pid: number | null;
  /** Of a session that the look did not read, its pid alone decides: nobody knows when it began. */
  readonly this_session: boolean;
};

/** So many are enough to see why; the newest first. */
const MOST_ACTS = 20;

/** The acts on the session with this pid and on others of the same holder: first those on this pid, the newest first. */
export function actsAround(
  pid: number,
  backend: Backend | null,
  entries: readonly LedgerEntry[],
): readonly ExplainedAct[] {
  const newest = entries
    .toReversed()
    .map((entry) => ({ entry, acted: backendOfEpisode(entry.episode) }))
    .filter(({ entry, acted }) => acted?.pid === pid || isOfHolder(entry, backend));
  const onPid = newest.filter(({ acted }) => acted?.pid === pid);
  const onOthers = newest.filter(({ acted }) => acted?.pid !== pid);
  return [...onPid, ...onOthers].slice(0, MOST_ACTS).map(({ entry, acted }) => ({
    at: new Date(entry.atSeconds * 1000).toISOString(),
    mode: entry.mode,
    rule: entry.rule,
    action: entry.action,
    outcome: entry.outcome,
    pid: acted?.pid ?? null,
    this_session: acted?.pid === pid && (backend === null || acted.backendStart === backend.id.backendStart),
  }));
}

function isOfHolder({ holder }: LedgerEntry, backend: Backend | null): boolean {
  return backend !== null && mayBeSameHolder(holder, backend);
}

/** What was done to a session, or would have been. The name of the rule stands in it: the text is untrusted. */
export function actSentence({ at, mode, rule, action, outcome }: ExplainedAct): string {
  const when = `at ${at} by rule ${rule}`;
  if (mode === "dry_run") return `recorded as would-be ${wouldBe[action]} ${when}; nothing was signalled`;
  if (outcome === "terminated") return `pgleash ended it ${when}: terminated`;
  const came = outcome === null ? "nobody knows what came of it" : outcomeTexts[outcome];
  return `pgleash was to ${action} it ${when}: ${came}`;
}

const wouldBe: Readonly<Record<RuleAction, string>> = { cancel: "cancelled", terminate: "ended" };

const outcomeTexts: Readonly<Record<Exclude<Outcome, "terminated">, string>> = {
  cancelled: "cancelled: its statement ended, and the session stayed",
  moved_on: "moved_on: it was left alone",
  denied: "denied: PostgreSQL refused",
  not_confirmed: "not_confirmed: nobody saw that it worked",
  failed: "failed",
};

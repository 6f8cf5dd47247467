import { keyOfEpisode } from "../classify/episode-key.ts";
import type { Episode } from "../classify/episode.ts";
import type { Announcement } from "../decide/leash.ts";
import type { Outcome } from "../decide/ledger.ts";
import { refusedIfEnforcing, type Refusal } from "../decide/permit-refusals.ts";
import type { Decision } from "../decide/plan.ts";
import { isRecordedByDryRun } from "./recorded-by-dry-run.ts";
import type { LeashReport, Report } from "./report.ts";

/** What was decided about a suspect at the last look. */
export type SuspectDecision = {
  readonly decision: Decision;
  /** What became of the act; `null` for who is spared. */
  readonly result: { readonly outcome: Outcome; readonly detail: string | null } | null;
  /** By the rule of the decision; `null` where there is none. */
  readonly announcement: Announcement | null;
  readonly isEnforcing: boolean;
  /** Whether only the dry run keeps the session alive. */
  readonly isRecorded: boolean;
  /** What would refuse the act of such a session as well, if it enforced now; the lease is not asked for. */
  readonly alsoRefused: readonly Refusal[];
  /** When it was decided: epoch seconds, server's clock. */
  readonly nowSeconds: number;
};

/** What was decided about each suspect of a look: nothing at all where there are no rules. */
export function decisionsOf({ leash }: Report): ReadonlyMap<Episode, SuspectDecision> {
  if (leash === null) return new Map();
  const { permits, nowSeconds } = leash.situation;
  return new Map(
    leash.plan.decisions.map((decision) => {
      const isRecorded = isRecordedByDryRun(decision, leash);
      const decided: SuspectDecision = {
        decision,
        result: leash.results.find(({ act }) => act === decision) ?? null,
        announcement: announcementFor(decision, leash),
        isEnforcing: permits.isEnforcing,
        isRecorded,
        alsoRefused: isRecorded ? refusedIfEnforcing(permits) : [],
        nowSeconds,
      };
      return [decision.episode, decided];
    }),
  );
}

function announcementFor({ episode, rule }: Decision, { state }: LeashReport): Announcement | null {
  if (!("backend" in episode)) return null;
  const announcements = state.announcements.get(keyOfEpisode(episode)) ?? [];
  return announcements.find((one) => one.rule === rule?.name) ?? null;
}

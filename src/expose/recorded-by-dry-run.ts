import { keyOfEpisode } from "../classify/episode-key.ts";
import type { Decision } from "../decide/plan.ts";
import type { LeashReport } from "./report.ts";

/** Whether only the dry run keeps this session alive: it was put on record at this look, or at an earlier one. */
export function isRecordedByDryRun(
  decision: Decision,
  { state, situation }: Pick<LeashReport, "state" | "situation">,
): boolean {
  const { episode } = decision;
  if (situation.permits.isEnforcing || decision.type === "act" || !("backend" in episode)) return false;
  if (decision.reason === "dry_run") return true;
  return decision.reason === "acted_before" && state.acted.get(keyOfEpisode(episode))?.mode === "dry_run";
}

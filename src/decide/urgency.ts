import type { Episode } from "../classify/episode.ts";
import { harmLevels } from "../classify/harm.ts";

/** Suspects in the order in which they are worth ending: the leaked first, then the most harmful, then the oldest. */
export function byUrgency(suspects: readonly Episode[]): readonly Episode[] {
  return suspects.toSorted(
    (a, b) =>
      Number(b.severity === "leaked") - Number(a.severity === "leaked") ||
      harmLevels.indexOf(b.harm.level) - harmLevels.indexOf(a.harm.level) ||
      b.harm.blockedSessions - a.harm.blockedSessions ||
      b.ageSeconds - a.ageSeconds,
  );
}

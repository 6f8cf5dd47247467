import { formatAge } from "../../readable-time.ts";
import type { Case } from "../guard.ts";
import { isUntouched, type LedgerEntry } from "../ledger.ts";
import { modeOf } from "../situation.ts";

/** A limit on what is done within a window, in seconds: how many acts it allows, and how many count. */
type UsedUp = {
  /** What allows it: the key, and what it says. */
  readonly allows: string;
  readonly allowed: number;
  readonly done: number;
  readonly seconds: number;
  /** The rule whose acts alone count; `null` for those of all. */
  readonly rule: string | null;
};

/** A limit that is used up, in words that say when the next act is possible if nothing else changes. Pure. */
export function usedUpText(one: Pick<Case, "leash" | "situation">, limit: UsedUp): string {
  const { allows, allowed, done, seconds } = limit;
  const were = modeOf(one.situation) === "enforce" ? (done === 1 ? "was" : "were") : "would have been";
  const free = secondsUntilFree(one, limit);
  const next = free === null ? "" : `; the next is possible in ${formatAge(Math.ceil(free))}`;
  return `${allows} ${actsText(allowed)} within ${formatAge(seconds)}, and ${done} ${were} done${next}`;
}

/** `1 act`, `2 acts`. */
export function actsText(count: number): string {
  return count === 1 ? "1 act" : `${count} acts`;
}

/** When enough of the acts have left the window; `null` where that never happens. */
function secondsUntilFree(
  { leash, situation }: Pick<Case, "leash" | "situation">,
  { allowed, done, seconds, rule }: UsedUp,
): number | null {
  const { entries } = leash.ledger;
  const mode = modeOf(situation);
  let stillToLeave = done - allowed;
  for (let index = firstAfter(entries, situation.nowSeconds - seconds); index < entries.length; index += 1) {
    const entry = entries[index];
    if (entry === undefined || entry.mode !== mode || isUntouched(entry)) continue;
    if (rule !== null && entry.rule !== rule) continue;
    if (stillToLeave === 0) return entry.atSeconds + seconds - situation.nowSeconds;
    stillToLeave -= 1;
  }
  return null;
}

/** Where the first entry after this time stands. They are in their order, and a full ledger is asked very often. */
function firstAfter(entries: readonly LedgerEntry[], epochSeconds: number): number {
  let [from, to] = [0, entries.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const isAfter = (entries[middle]?.atSeconds ?? Infinity) > epochSeconds;
    [from, to] = isAfter ? [from, middle] : [middle + 1, to];
  }
  return from;
}

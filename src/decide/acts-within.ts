import type { Leash } from "./leash.ts";
import { isUntouched, type LedgerEntry } from "./ledger.ts";
import { modeOf, type Situation } from "./situation.ts";

/**
 * The acts of the last so many seconds that limits count: what was done, or in a dry run what would have been. One that
 * touched no session is none.
 */
export function actsWithin(
  seconds: number,
  { leash, situation }: { readonly leash: Leash; readonly situation: Situation },
): readonly LedgerEntry[] {
  const mode = modeOf(situation);
  return leash.ledger.entries.filter(
    (entry) => entry.mode === mode && !isUntouched(entry) && entry.atSeconds > situation.nowSeconds - seconds,
  );
}

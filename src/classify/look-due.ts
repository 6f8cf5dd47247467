import type { OpenTransaction, QuickAges, QuickSnapshot } from "../observe/quick-snapshot.ts";

/** Whether a quick look calls for a look, and why: the kind that a detector might name, and who. */
export type LookDue =
  | { readonly type: "due"; readonly kind: QuickKind; readonly pid: number }
  | { readonly type: "not_due"; readonly why: "nobody_came_of_age" };

/** The kinds that can begin between two looks in sight of a quick look: it sees open transactions, and their ages alone. */
export type QuickKind = "idle_in_transaction" | "stale_active" | "long_transaction";

/** What a transaction that came of age since the last look is judged by. */
type Asking = {
  readonly ages: QuickAges;
  /** When the last look was taken: epoch seconds, by the server's clock. */
  readonly lastLookSeconds: number;
};

/**
 * A look is due once a pause, a statement or a transaction has become as old as some detector asks for since the last
 * look. Whatever was as old by then was judged by that look, suspect or not: so nobody calls twice for the same age. Pure.
 */
export function lookDue({ takenAtSeconds, transactions }: QuickSnapshot, asking: Asking): LookDue {
  const agoSeconds = takenAtSeconds - asking.lastLookSeconds;
  const came = (age: number | null, from: number): boolean =>
    age !== null && age >= from && age - agoSeconds < from;
  for (const transaction of transactions) {
    const kind = kindOf(transaction, asking.ages, came);
    if (kind !== null) return { type: "due", kind, pid: transaction.pid };
  }
  return { type: "not_due", why: "nobody_came_of_age" };
}

function kindOf(
  { state, xactSeconds, querySeconds, stateSeconds }: OpenTransaction,
  { idleInTransactionSeconds, activeSeconds, transactionSeconds }: QuickAges,
  came: (age: number | null, from: number) => boolean,
): QuickKind | null {
  const isActive = state === "active" || state === "fastpath function call";
  if (state === "idle in transaction" && came(stateSeconds, idleInTransactionSeconds))
    return "idle_in_transaction";
  if (isActive && came(querySeconds, activeSeconds)) return "stale_active";
  const isAtWork = state === "active" || state === "idle in transaction";
  return isAtWork && came(xactSeconds, transactionSeconds) ? "long_transaction" : null;
}

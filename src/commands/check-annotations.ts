import type { Leak } from "../leak-check/leak.ts";
import { printable } from "../printable.ts";
import { leakSentence } from "./check-text.ts";
import { withoutOrders } from "./without-orders.ts";

/** GitHub shows no more of one kind and step. */
const MOST_ANNOTATIONS = 10;

/**
 * Leaks as workflow commands of GitHub Actions, which shows them on the page of the run. Whatever a session calls itself, it stays
 * within its command: a command ends with its line, `%` begins an escape, and no other command is in it.
 */
export function annotations(leaks: readonly Leak[]): readonly string[] {
  return leaks
    .slice(0, MOST_ANNOTATIONS)
    .map(
      (leak) =>
        `::error title=Leaked database session::${withoutOrders(printable(leakSentence(leak))).replaceAll("%", "%25")}`,
    );
}

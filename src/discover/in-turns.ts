import { setImmediate } from "node:timers/promises";

/** Looks and scrapes bear a wait of this length. */
const LONGEST_TURN_MS = 10;

/** Does something with one item after another, and lets everything else have its turn in between. */
export async function inTurns<Item>(items: Iterable<Item>, does: (item: Item) => void): Promise<void> {
  let startedMs = performance.now();
  for (const item of items) {
    does(item);
    if (performance.now() - startedMs < LONGEST_TURN_MS) continue;
    await setImmediate();
    startedMs = performance.now();
  }
}

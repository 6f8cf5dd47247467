import { joinedLeash } from "../act/rebuild-leash.ts";
import type { Leash } from "../decide/leash.ts";

/**
 * What limits were counted on, by the name of the server, of those that are not watched now: whoever comes back goes on
 * where it was. `sinceSeconds` is until when it was counted on, as epoch seconds by our clock.
 */
export type Unwatched = ReadonlyMap<string, { readonly leash: Leash; readonly sinceSeconds: number }>;

/** Of more servers only those that were counted on last are kept: each ledger may take some MiB. */
export const MOST_UNWATCHED = 100;

/** Adds a leash to what is known of a server. Its announcements are forgotten: their notice begins anew. Pure. */
export function withLeash(before: Unwatched, server: string, leash: Leash, sinceSeconds: number): Unwatched {
  const known = before.get(server);
  return new Map(before).set(server, {
    leash: known === undefined ? { ...leash, announcements: new Map() } : joinedLeash(known.leash, leash),
    sinceSeconds: Math.max(sinceSeconds, known?.sinceSeconds ?? sinceSeconds),
  });
}

/**
 * Those that a limit may still count, of which none is longer than `reachSeconds`. An open breaker stays until its trial. Servers that
 * nothing was done on take nobody's place. Pure.
 */
export function stillOfUse(
  before: Unwatched,
  { nowSeconds, reachSeconds }: { readonly nowSeconds: number; readonly reachSeconds: number },
): Unwatched {
  const ofUse = [...before].filter(
    ([, { leash, sinceSeconds }]) =>
      leash.ledger.breaker.state === "open" ||
      (leash.ledger.entries.length + leash.acted.size > 0 && sinceSeconds > nowSeconds - reachSeconds),
  );
  const latestFirst = ofUse.toSorted(([, a], [, b]) => b.sinceSeconds - a.sinceSeconds);
  return new Map(latestFirst.slice(0, MOST_UNWATCHED));
}

/** When the last thing happened that a leash tells of, in epoch seconds by the server's clock. Pure. */
export function lastSeconds({ ledger }: Leash): number {
  return Math.max(ledger.breaker.sinceSeconds, ledger.entries.at(-1)?.atSeconds ?? 0);
}

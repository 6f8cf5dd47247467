import type { ConfiguredPool } from "../classify/pools/pool.ts";
import type { PoolHistory } from "./declared-pools.ts";
import type { History } from "./history.ts";
import type { SessionUse } from "./session-use.ts";
import { countQuantile } from "./session-counts.ts";
import { tooFewLooks, tooShort } from "./threshold-advice.ts";

/** So many sessions would do, with a margin; or why nobody can say. */
export type SizeAdvice =
  | { readonly type: "advised"; readonly sessions: number }
  | { readonly type: "refused"; readonly why: string };

/** How large a pool the observed use needs. Counts of sessions. */
export type PoolAdvice = {
  /** Active or inside a transaction at once, at the looks at which any session was held. */
  readonly medianBusy: number;
  readonly p99Busy: number;
  readonly mostBusy: number;
  readonly mostHeld: number;
  readonly size: SizeAdvice;
};

/** A declared pool beside what was seen of it: where it holds for each client host, of the host that had most at each look. */
export type DeclaredPoolAdvice = {
  readonly pool: ConfiguredPool;
  /** At which it held a session. */
  readonly looks: number;
  readonly seen: PoolAdvice;
};

/** Between two looks there may have been more at once. */
const MARGIN = 1.25;

/** The most that were busy at once, and a quarter more. Leaked transactions are busy, too: end those first. Pure. */
export function poolAdvice(use: SessionUse, { watchedSeconds }: Pick<History, "watchedSeconds">): PoolAdvice {
  const { looks, mostBusy, mostHeld, busy } = use;
  const why = tooShort(watchedSeconds) ?? tooFewLooks(looks);
  return {
    medianBusy: Math.min(mostBusy, countQuantile(busy, 0.5)),
    p99Busy: Math.min(mostBusy, countQuantile(busy, 0.99)),
    mostBusy,
    mostHeld,
    size:
      why === null
        ? { type: "advised", sessions: Math.max(1, Math.ceil(mostBusy * MARGIN)) }
        : { type: "refused", why },
  };
}

/** What is declared, and what was seen. Pure. */
export function declaredPoolAdvice(
  { pool, use, untoldLooks }: PoolHistory,
  history: Pick<History, "watchedSeconds">,
): DeclaredPoolAdvice {
  const { looks } = use;
  const seen = poolAdvice(use, history);
  if (seen.size.type === "advised" || untoldLooks <= looks) return { pool, looks, seen };
  const why = "looks took all its client hosts for one: record with this pool in the configuration";
  return { pool, looks, seen: { ...seen, size: { type: "refused", why } } };
}

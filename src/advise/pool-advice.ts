import type { History } from "./history.ts";
import type { SessionUse } from "./session-use.ts";
import { quantile } from "./sketch.ts";
import { LEAST_LOOKS, LEAST_WATCHED_SECONDS } from "./threshold-advice.ts";

/** How large a pool the observed use needs. Counts of sessions, over all clients. */
export type PoolAdvice = {
  /** Active or inside a transaction at once, at the looks at which any session was held. */
  readonly medianBusy: number;
  readonly p99Busy: number;
  readonly mostBusy: number;
  readonly mostHeld: number;
  /** `null` where too little was seen. */
  readonly size: number | null;
};

/** Between two looks there may have been more at once. */
const MARGIN = 1.25;

/** The most that were busy at once, and a quarter more. Leaked transactions are busy, too: end those first. Pure. */
export function poolAdvice(use: SessionUse, { watchedSeconds }: Pick<History, "watchedSeconds">): PoolAdvice {
  const { mostBusy, mostHeld, busy } = use;
  const isEnough = busy.count >= LEAST_LOOKS && watchedSeconds >= LEAST_WATCHED_SECONDS;
  return {
    medianBusy: Math.min(mostBusy, Math.round(quantile(busy, 0.5) ?? 0)),
    p99Busy: Math.min(mostBusy, Math.round(quantile(busy, 0.99) ?? 0)),
    mostBusy,
    mostHeld,
    size: isEnough ? Math.max(1, Math.ceil(mostBusy * MARGIN)) : null,
  };
}

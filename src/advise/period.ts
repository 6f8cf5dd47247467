import type { PoolHolder } from "../classify/pools/pool.ts";

/**
 * How an idle period ended: the session went on; its row is gone, by whatever cause; or nobody knows, because of a
 * restart, a gap, or because no look had to return its row.
 */
export const periodEnds = ["returned", "vanished", "lost_sight"] as const;

export type PeriodEnd = (typeof periodEnds)[number];

/** An idle period inside a transaction that lasts. PostgreSQL starts its timeout anew with each of them. */
export type OpenPeriod = {
  readonly holder: PoolHolder;
  /** `state_change`: with the backend, which period it is. */
  readonly stateChange: string;
  /** Since when it is idle (epoch seconds, server's clock), and for how long it was when it was last seen. */
  readonly startSeconds: number;
  readonly seenSeconds: number;
  /** Whether the next look must return its row, whatever it does by then: else a row that is missing proves nothing. */
  readonly isFollowed: boolean;
  /** Whether pgleash would never end its session, by its role or by the policy. */
  readonly isProtected: boolean;
};

/** An idle period that is over. */
export type FinishedPeriod = Pick<OpenPeriod, "holder" | "isProtected"> & {
  readonly end: PeriodEnd;
  /**
   * How long it lasted: at least as long as it was seen, and at most until the next statement began, or until the look that
   * missed it. The two are the same where it was lost from sight.
   */
  readonly atLeastSeconds: number;
  readonly atMostSeconds: number;
};

/** By `backendKey`. A backend has one such period at a time. */
export type OpenPeriods = ReadonlyMap<string, OpenPeriod>;

import type { BackendState } from "./snapshot.ts";

/** A client backend in a transaction, as a quick look reads it. Ages are by the server's clock, never negative. */
export type OpenTransaction = {
  readonly pid: number;
  readonly state: BackendState;
  readonly xactSeconds: number;
  readonly querySeconds: number | null;
  readonly stateSeconds: number | null;
};

/** What a quick look read: of the transactions that may just have become old enough, a bounded few. */
export type QuickSnapshot = {
  /** Seconds since the epoch, by the server's clock. */
  readonly takenAtSeconds: number;
  readonly transactions: readonly OpenTransaction[];
};

/** The youngest age at which a transaction that a quick look can see is named, by what it is doing; `Infinity` for never. */
export type QuickAges = {
  readonly idleInTransactionSeconds: number;
  readonly activeSeconds: number;
  readonly transactionSeconds: number;
};

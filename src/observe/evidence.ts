/** A transaction prepared for two-phase commit (`pg_prepared_xacts`). It has no session, and nothing ever times it out. */
export type PreparedTransaction = {
  readonly gid: string;
  readonly preparedAt: string;
  /** By the server's clock; like `xidAge`, when the evidence was taken. */
  readonly preparedSeconds: number;
  readonly datname: string | null;
  readonly usename: string | null;
  /** Transactions since it was given its id: the horizon that it holds. */
  readonly xidAge: number;
};

/** Who a session waits for (`pg_blocking_pids`); 0 stands for a prepared transaction. */
export type LockWait = { readonly pid: number; readonly blockingPids: readonly number[] };

/** A replication slot that keeps dead rows from vacuum; its ages are in transactions. */
export type SlotHorizon = {
  readonly slotName: string;
  readonly active: boolean;
  /** Of `pg_replication_slots.xmin`, which keeps the dead rows of every table. */
  readonly xminAge: number | null;
  /** Of `catalog_xmin`, which keeps those of the system catalogs alone. */
  readonly catalogXminAge: number | null;
};

/** A connection limit below that of the server (`datconnlimit`, `rolconnlimit`). Superusers have none. */
export type ConnectionLimit = {
  readonly scope: "database" | "role";
  readonly name: string;
  readonly limit: number;
};

/** How sessions of a database ended, since its statistics were reset (`pg_stat_database`, 14 and newer). */
export type SessionEndings = {
  readonly datname: string;
  readonly killed: number;
  readonly abandoned: number;
  readonly fatal: number;
};

/** The lists of the evidence, each of them bounded. */
export const evidenceLists = [
  "lock_waiters",
  "idle_sessions",
  "prepared_transactions",
  "replication_slots",
  "connection_limits",
  "databases",
] as const;

/** How many of each list there are beyond its bound. */
export type EvidenceCut = Readonly<Record<(typeof evidenceLists)[number], number>>;

/** What is read beside the look, on a slower rhythm. Every list is bounded. */
export type Evidence = {
  /** Seconds since the epoch, by the server's clock. */
  readonly takenAtSeconds: number;
  /** The id of the transaction to come, as in a snapshot: what the ages here are counted from. */
  readonly nextXid: number;
  readonly lockWaits: readonly LockWait[];
  /** In the order of their preparation, the oldest first. */
  readonly preparedTransactions: readonly PreparedTransaction[];
  readonly slotHorizons: readonly SlotHorizon[];
  readonly connectionLimits: readonly ConnectionLimit[];
  readonly sessionEndings: readonly SessionEndings[];
  /** Idle sessions that were asked about, and those of them that hold an advisory lock. */
  readonly askedIdlePids: readonly number[];
  readonly advisoryLockPids: readonly number[];
  readonly cut: EvidenceCut;
};

/** Evidence, or why the server gave none when it was asked. */
export type Gathered =
  | { readonly evidence: Evidence; readonly failure: null }
  | { readonly evidence: null; readonly failure: string };

/** What to ask beside a look. Both lists are bounded by whoever asks. */
export type EvidenceQuestion = {
  /** Sessions that wait for a lock: for whom? */
  readonly waiterPids: readonly number[];
  /** Sessions that are idle for long: which of them hold an advisory lock? */
  readonly idlePids: readonly number[];
  /** Those past the bounds that nobody has asked about yet. */
  readonly waitersNotAsked: number;
  readonly idleNotAsked: number;
};

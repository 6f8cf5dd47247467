/** Who a backend is: a pid is reused, a pid with its start time is not. Timestamps are PostgreSQL's own text, in microseconds. */
export type BackendId = { readonly pid: number; readonly backendStart: string };

/** The values of `pg_stat_activity.state` up to PostgreSQL 18. Whatever else a server says is `unknown`. */
export const backendStates = [
  "active",
  "idle",
  "idle in transaction",
  "idle in transaction (aborted)",
  "fastpath function call",
  "disabled",
  "starting",
  "unknown",
] as const;

export type BackendState = (typeof backendStates)[number];

/** A row of a `pg_stat_progress_*` view. `counter` moves while a COPY gets anywhere (`bytes_processed`). */
export type Progress = { readonly command: string; readonly counter: string };

/** `tail` is `null` when `head` is all that the server has. `isCut`: the server itself may have kept only the beginning. */
export type StatementText = {
  readonly head: string;
  readonly tail: string | null;
  readonly isCut: boolean;
};

/** One client backend, as read from `pg_stat_activity`. `null` is SQL's null: hidden, or not applicable. */
export type Backend = {
  readonly id: BackendId;
  readonly datname: string | null;
  readonly usename: string | null;
  /** What its role may do; `null` where the role is unknown. Nobody ends such a session. */
  readonly isSuperuser: boolean | null;
  readonly isReplication: boolean | null;
  readonly applicationName: string | null;
  readonly clientAddr: string | null;
  /** The client behind a pooler that writes it into the application name (PgBouncer's `application_name_add_host`). */
  readonly pooledClientAddr: string | null;
  readonly state: BackendState;
  readonly waitEventType: string | null;
  readonly waitEvent: string | null;
  readonly xactStart: string | null;
  readonly queryStart: string | null;
  readonly stateChange: string | null;
  /** Ages by the server's clock, never negative. */
  readonly xactSeconds: number | null;
  readonly querySeconds: number | null;
  readonly stateSeconds: number | null;
  /** `null` when the server computes none (`compute_query_id`), and on 13. Opaque: it differs between majors. */
  readonly queryId: string | null;
  /** The last statement, its first and last kilobytes: maybe cut off, full of literals, never to be shown as it is. */
  readonly statement: StatementText | null;
  /** Transactions since its own was given an id, and since the oldest one that its snapshot still sees; `null` without. */
  readonly xidAge: number | null;
  readonly xminAge: number | null;
  /** Only read for active candidates. */
  readonly progress: Progress | null;
};

/** Client backends of one kind, counted on the server. `folded` stands for the groups past the bound of a look. */
export type SessionGroup = {
  readonly folded: boolean;
  readonly datname: string | null;
  readonly usename: string | null;
  readonly applicationName: string | null;
  /** Only where a pool is declared per client host; else `null`, so that there are fewer groups. */
  readonly clientAddr: string | null;
  readonly state: BackendState;
  readonly sessions: number;
  /** Those that have not moved for longer than a session of a healthy pool rests (`quietSeconds`), unless active. */
  readonly quietSessions: number;
  readonly oldestXactSeconds: number | null;
  readonly oldestStateSeconds: number | null;
  readonly oldestSessionSeconds: number | null;
};

/** What can be read of sessions. A census reads all of it; a cheaper look may leave some out. */
export const sights = ["open_transactions", "aborted_transactions", "statements", "idle_sessions"] as const;

export type Sight = (typeof sights)[number];

/** What a look could see. Whatever is outside has not ended: we do not know. */
export type Coverage = {
  readonly sights: readonly Sight[];
  /** Sessions whose details the server hides from our role. While there are any, absence proves nothing. */
  readonly hiddenSessions: number;
  /** Candidates that were counted but not read, and groups that are told of by their states alone: a look is bounded. */
  readonly candidatesCut: number;
  readonly groupsFolded: number;
};

/** What one look read, by the server's clock. */
export type Snapshot = {
  /** Seconds since the epoch, by the server's clock. */
  readonly takenAtSeconds: number;
  /** Changes when the server was restarted, or when another server answers at the same address. */
  readonly postmasterStart: string;
  readonly standby: boolean;
  readonly coverage: Coverage;
  readonly groups: readonly SessionGroup[];
  /** The id of the transaction to come, in 64 bits: what ages in transactions are counted from. */
  readonly nextXid: number;
  /** The oldest horizons held, in transactions: by any client backend, by any walsender (`hot_standby_feedback`). */
  readonly horizons: { readonly sessions: number | null; readonly standbys: number | null };
  /** Client backends that might be suspects, and every followed one that still exists. */
  readonly candidates: readonly Backend[];
};

/** The youngest age at which a session becomes a candidate, by what it is doing; `Infinity` for never. */
export type CandidateAges = {
  readonly idleInTransactionSeconds: number;
  readonly activeSeconds: number;
  readonly transactionSeconds: number;
  readonly neverUsedSeconds: number;
  readonly idleSeconds: number;
  /** From this age on, a session that is not active counts as quiet. */
  readonly quietSeconds: number;
};

/** The settings by which PostgreSQL itself ends what takes too long, or finds out that a client is gone. */
export const timeoutNames = [
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "idle_session_timeout",
  "transaction_timeout",
  "client_connection_check_interval",
  "tcp_user_timeout",
  "tcp_keepalives_idle",
  "tcp_keepalives_interval",
  "tcp_keepalives_count",
] as const;

export type TimeoutName = (typeof timeoutNames)[number];

/** A value that `ALTER ROLE` or `ALTER DATABASE` gave to sessions that begin. `null` is any role, any database. */
export type TimeoutSetting = {
  readonly role: string | null;
  readonly database: string | null;
  readonly name: TimeoutName;
  /** As it was written: `5min`, `300000`. */
  readonly value: string;
};

/** What the server gives to whoever has no value of his own. */
export type ServerTimeout = {
  readonly name: TimeoutName;
  /** What our own session would start with, in the unit of the setting. It may be ours alone. */
  readonly ownValue: string;
  /** `ms`, `s`, or `null` for a count. */
  readonly unit: string | null;
};

/** What a server says of its timeouts. Lists are bounded; `cut` is how many rows are missing. */
export type Timeouts = {
  /** `server_version_num`. */
  readonly version: number;
  /** Settings that this version knows. */
  readonly server: readonly ServerTimeout[];
  readonly settings: readonly TimeoutSetting[];
  /** By whom they were read: `session_user` and database of our own session. */
  readonly ownRole: string;
  readonly ownDatabase: string;
  readonly cut: number;
};

import { z } from "zod";
import type { Deadline } from "./deadline.ts";
import { AttemptFailure, PostgresFailure } from "./failure.ts";
import type { Reply, Session } from "./session.ts";
import { whyUnwanted } from "./attempts/session-attributes.ts";
import type { TargetSessionAttributes } from "./settings.ts";

/**
 * What is asked of a server once per connection: none of it can change while the connection lives, but for grants. That of
 * `pg_signal_backend` is asked anew with the evidence.
 */
export type Probe = {
  /** Of the backend that answered; behind a pooler the next statement may have another. */
  readonly backendPid: number;
  /** `server_version_num`: 180004 is 18.4. */
  readonly version: number;
  readonly versionText: string;
  readonly standby: boolean;
  readonly user: string;
  /** As the session view shows our own session. `user` is another one where a role is set at login. */
  readonly ownSession: { readonly datname: string; readonly usename: string };
  readonly privileges: Privileges;
  /** A pooler between us and the server: session settings and prepared statements do not hold. */
  readonly pooled: boolean;
  readonly slots: Slots;
};

/** What our role may do. Without `pg_read_all_stats` (part of `pg_monitor`) the sessions of others are hidden from us. */
export type Privileges = {
  readonly pg_read_all_stats: boolean;
  readonly pg_signal_backend: boolean;
  readonly superuser: boolean;
};

/** Connection slots, under the names of their settings; `reserved_connections` exists since 16. */
export type Slots = {
  readonly max_connections: number;
  readonly reserved_connections: number;
  readonly superuser_reserved_connections: number;
};

/** The share of a look's time after which the server gives up: a slow look must not cost us the connection. */
const SERVER_PATIENCE = 0.8;

/** The oldest server whose views we know. */
const OLDEST_VERSION = 130000;

/**
 * Until the search path is set, that of our role or database holds, and may name a schema of anybody before `pg_catalog`: so these
 * statements say of each function, operator and type that it is the system's.
 */
const probeStatement = `
SELECT pg_catalog.pg_backend_pid() AS backend_pid,
       pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version,
       pg_catalog.current_setting('server_version') AS version_text,
       pg_catalog.current_setting('server_encoding') AS server_encoding,
       pg_catalog.pg_is_in_recovery() AS standby,
       pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'on' AS read_only,
       pg_catalog.current_database() AS datname,
       session_user AS usename,
       r.rolname AS username,
       r.rolsuper AS superuser,
       pg_catalog.pg_has_role(r.oid, 'pg_read_all_stats', 'USAGE') AS reads_all_stats,
       pg_catalog.pg_has_role(r.oid, 'pg_signal_backend', 'USAGE') AS signals_backends,
       pg_catalog.current_setting('max_connections')::pg_catalog.int4 AS max_connections,
       COALESCE(pg_catalog.current_setting('reserved_connections', true), '0')::pg_catalog.int4 AS reserved_connections,
       pg_catalog.current_setting('superuser_reserved_connections')::pg_catalog.int4 AS superuser_reserved_connections
FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) current_user`;

const probeRow = z.object({
  backend_pid: z.number(),
  version: z.number(),
  version_text: z.string(),
  server_encoding: z.string(),
  standby: z.boolean(),
  read_only: z.boolean(),
  datname: z.string(),
  usename: z.string(),
  username: z.string(),
  superuser: z.boolean(),
  reads_all_stats: z.boolean(),
  signals_backends: z.boolean(),
  max_connections: z.number(),
  reserved_connections: z.number(),
  superuser_reserved_connections: z.number(),
});

/** Only the settings that this server knows are set: an unknown one would fail at login (`idle_session_timeout` is 14+). */
const settingsStatement = `
SELECT pg_catalog.set_config(s.name, w.value, false)
FROM (SELECT * FROM pg_catalog.json_each_text($1::pg_catalog.text::pg_catalog.json)) AS w(name, value)
JOIN pg_catalog.pg_settings s ON s.name OPERATOR(pg_catalog.=) w.name`;

/** Only Linux knows it, since 14: elsewhere the server refuses, and we do without. */
const clientCheckStatement = `
SELECT pg_catalog.set_config(name, '1s', false)
FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'client_connection_check_interval'`;

export type ProbeOptions = {
  readonly deadline: Deadline;
  /** How long one look may take. The server is to give up on a statement before we give up on the connection. */
  readonly lookTimeoutSeconds: number;
};

/**
 * Connects, asks who answers and what we may see, and bounds what our own session may cost the server. Throws an
 * `AttemptFailure` where that is no server that is `wanted`.
 */
export async function probe(
  session: Session,
  {
    deadline,
    lookTimeoutSeconds,
    wanted = "any",
  }: ProbeOptions & { readonly wanted?: TargetSessionAttributes },
): Promise<Probe> {
  const options = { deadline, prepare: false };
  const reply = await session.query(probeStatement, [], options);
  const row = parseRow(reply);
  if (row.version < OLDEST_VERSION)
    throw new PostgresFailure("protocol", `expected PostgreSQL 13 or newer, got ${row.version_text}`);
  const unwanted = whyUnwanted(wanted, { standby: row.standby, readOnly: row.read_only });
  if (unwanted !== null) throw new AttemptFailure("unwanted", "connect", unwanted);
  // A pooler answers the login itself, so the pid it announced is not the pid that runs our statement.
  const pooled = reply.announcedPid !== row.backend_pid;
  if (!pooled) {
    const settings = JSON.stringify(sessionSettings(row.server_encoding, lookTimeoutSeconds));
    await session.query(settingsStatement, [settings], options);
    await session.query(clientCheckStatement, [], options).catch(unlessRefused);
  }
  return {
    backendPid: row.backend_pid,
    version: row.version,
    versionText: row.version_text,
    standby: row.standby,
    user: row.username,
    ownSession: { datname: row.datname, usename: row.usename },
    privileges: {
      pg_read_all_stats: row.superuser || row.reads_all_stats,
      pg_signal_backend: row.superuser || row.signals_backends,
      superuser: row.superuser,
    },
    pooled,
    slots: {
      max_connections: row.max_connections,
      reserved_connections: row.reserved_connections,
      superuser_reserved_connections: row.superuser_reserved_connections,
    },
  };
}

/** The same connection, once it is known whether our role may signal now. */
export function withSignalGrant(probed: Probe, canSignal: boolean): Probe {
  return { ...probed, privileges: { ...probed.privileges, pg_signal_backend: canSignal } };
}

function parseRow(reply: Reply): z.infer<typeof probeRow> {
  const parsed = probeRow.safeParse(reply.rows[0]);
  if (parsed.success) return parsed.data;
  throw new PostgresFailure(
    "protocol",
    `unexpected answer to the first statement: ${z.prettifyError(parsed.error)}`,
  );
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof PostgresFailure && error.isRefusal)) throw error;
}

function sessionSettings(
  serverEncoding: string,
  lookTimeoutSeconds: number,
): Readonly<Record<string, string>> {
  const patience = `${Math.ceil(lookTimeoutSeconds * 1000 * SERVER_PATIENCE)}ms`;
  return {
    statement_timeout: patience,
    lock_timeout: patience,
    idle_in_transaction_session_timeout: patience,
    // A role may have been given others, and they would end a session that is idle between looks.
    idle_session_timeout: "0",
    transaction_timeout: "0",
    max_parallel_workers_per_gather: "0",
    jit: "off",
    // What is asked at every look is planned once.
    plan_cache_mode: "force_generic_plan",
    // With a large track_activity_query_size the copy of the session table is, too; on disk it would be written anew each look.
    work_mem: "64MB",
    // Operators and functions of a hostile schema must not shadow the system's.
    search_path: "pg_catalog",
    // Such a database holds names of other encodings; converting them would fail the whole look.
    ...(serverEncoding === "UTF8" ? {} : { client_encoding: serverEncoding }),
  };
}

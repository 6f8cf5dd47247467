import type { SpareReason } from "../../src/decide/reason.ts";
import { connectRaw } from "../observe/raw-client.ts";
import type { Stage } from "../support/a-stage.ts";
import type { Act } from "../support/an-enforcer.ts";
import type { ClientOptions } from "../support/real-postgres.ts";

/** Of the server on which all of them play. */
export const settings = {
  wal_level: "logical",
  max_prepared_transactions: "5",
  // Whoever commits with synchronous_commit = on waits for ever for a standby that does not exist.
  synchronous_standby_names: "none_such",
  synchronous_commit: "local",
  max_worker_processes: "16",
  maintenance_work_mem: "96MB",
  min_parallel_table_scan_size: "0",
  autovacuum_naptime: "1s",
};

export const schema = `
  CREATE ROLE admin LOGIN SUPERUSER;
  CREATE ROLE replica LOGIN REPLICATION;
  GRANT ALL ON SCHEMA public TO app;
  CREATE PUBLICATION everything;
  CREATE TABLE numbers AS SELECT generate_series(1, 5000) AS n;
  CREATE TABLE received (n int);
  CREATE TABLE stock (n int);
  INSERT INTO stock VALUES (1);
  CREATE TABLE litter (n int) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
  INSERT INTO litter SELECT generate_series(1, 200000);
  CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.05); RETURN n; END';
  ALTER TABLE numbers OWNER TO app;
  ALTER TABLE received OWNER TO app;
  ALTER TABLE stock OWNER TO app;
  DELETE FROM litter`;

type Play = (stage: Stage, options: ClientOptions) => Promise<unknown>;

/** Whom the rule ends, as which kind, and with what outcome. */
type Leak = { readonly kind: Act["kind"]; readonly outcome: string; readonly play: Play };

/** Whom nothing ends: why, where it is a suspect at all, and how to find its session where its name does not tell. */
type Survivor = {
  readonly reason: SpareReason | null;
  readonly where?: string;
  /** `null` where somebody else starts it. */
  readonly play: Play | null;
};

const idleInTransaction = ["BEGIN", "SELECT 1"];

/** By the application name under which they play. */
export const leaks: Readonly<Record<string, Leak>> = {
  "a transaction that rests": {
    kind: "idle_in_transaction",
    outcome: "terminated",
    play: (stage, options) => stage.enter(idleInTransaction, options),
  },
  "a failed transaction": {
    kind: "idle_in_transaction_aborted",
    outcome: "terminated",
    play: (stage, options) => stage.enter(["BEGIN", "SELECT 1 / 0"], options),
  },
  "a COPY that stands still": {
    kind: "stalled_client",
    outcome: "terminated",
    play: (stage, options) => stage.copy(options),
  },
  "a statement that runs on": {
    kind: "stale_active",
    outcome: "cancelled",
    play: (stage, options) => stage.stay("SELECT pg_sleep(600)", options),
  },
  "a transaction without end": {
    kind: "long_transaction",
    outcome: "terminated",
    async play(stage, options) {
      const sql = await stage.enter(["BEGIN"], options);
      stage.repeat(100, () => sql.unsafe("SELECT 1"));
    },
  },
  "a session never used": {
    kind: "never_used",
    outcome: "terminated",
    play: ({ arena }, { applicationName = "" }) =>
      connectRaw(arena.server, { user: "app", application_name: applicationName }),
  },
};

/** By the application name under which they play. */
export const survivors: Readonly<Record<string, Survivor>> = {
  "a superuser's session": {
    reason: "superuser",
    play: (stage, options) => stage.enter(["BEGIN", "UPDATE stock SET n = 2"], { ...options, user: "admin" }),
  },
  "a session of a role with REPLICATION": {
    reason: "replication",
    play: (stage, options) => stage.enter(idleInTransaction, { ...options, user: "replica" }),
  },
  "another session of our role": {
    reason: "own_session",
    play: (stage, options) => stage.enter(idleInTransaction, { ...options, user: "pgleash" }),
  },
  "a pgleash of another role": {
    reason: "own_session",
    where: "application_name = 'pgleash' AND usename = 'app'",
    play: (stage) => stage.enter(idleInTransaction, { applicationName: "pgleash" }),
  },
  "a walsender": { reason: null, where: "backend_type = 'walsender'", play: null },
  "whoever waits for a lock": {
    reason: null,
    play: (stage, options) => stage.stay("UPDATE stock SET n = 3", options),
  },
  "whoever waits for a standby": {
    reason: null,
    play: (stage, options) =>
      stage.stay("INSERT INTO received VALUES (1)", { ...options, settings: { synchronous_commit: "on" } }),
  },
  "an index build": {
    reason: null,
    where: "application_name = 'an index build' AND backend_type = 'client backend'",
    play: (stage, options) => stage.stay("CREATE INDEX ON numbers (slow(n))", options),
  },
  "its parallel worker": {
    reason: null,
    where: "application_name = 'an index build' AND backend_type = 'parallel worker' AND usename = 'app'",
    play: null,
  },
  "an autovacuum worker": {
    reason: null,
    where: "backend_type = 'autovacuum worker' AND query LIKE '% public.litter'",
    play: null,
  },
  "a COPY that moves": {
    reason: null,
    async play(stage, options) {
      const copy = await stage.copy(options);
      stage.repeat(20, copy.again);
    },
  },
  "a session that listens": {
    reason: null,
    play: (stage, options) => stage.enter(["LISTEN orders"], options),
  },
  "a session that rests": { reason: null, play: (stage, options) => stage.enter(["SELECT 1"], options) },
};

import type postgres from "postgres";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { quickThresholds } from "./a-watch.ts";
import { connectTo, startServer } from "./real-postgres.ts";
import { waitFor } from "./wait-for.ts";

/** A session of a test, which ends with it at the latest. */
export type Client = { readonly pid: number; end(): Promise<void> };

type Asked = {
  /** Whether a session of this application is there. */
  isThere(applicationName: string): Promise<boolean>;
  /** How many sessions of the application `leak` are there that leak for at least so long, in seconds. */
  leaks(leastSeconds?: number): Promise<number>;
  /** How many processes hold a lease. */
  leases(): Promise<number>;
  /** Gives the role `pgleash` the right to signal, which it has at the start of each test. */
  grant(): Promise<void>;
  /** Takes that right away. */
  revoke(): Promise<void>;
};

/** A server on which sessions of the role `app` leak, and the role `pgleash` may end them. */
export type LeakyServer = Pick<EmbeddedPostgres, "socketFolder" | "port"> &
  Asked & {
    /** A session that is idle. */
    rest(applicationName: string): Promise<Client>;
    /** A session that opens a transaction and forgets it. */
    forget(applicationName?: string, user?: string): Promise<Client>;
    /** So many such sessions, all of them so old that whichever look calls one of them leaked calls all of them so. */
    forgetLongAgo(sessions: number): Promise<void>;
  };

const { leakedAfterSeconds } = quickThresholds.defaults.idle_in_transaction;

/** To be called where tests are described: they have one server, and each of them finds nobody else on it. */
export function aLeakyServer(major: string): LeakyServer {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  const asked = askedBy(() => admin);

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
    await admin.unsafe("CREATE ROLE app LOGIN; CREATE ROLE pgleash LOGIN; GRANT pg_monitor TO pgleash");
  });
  beforeEach(async () => {
    await asked.grant();
    // A client is gone before its session, which until then still leaks, or holds the lease.
    await waitFor("the sessions of the last test to be gone", () => isAlone(admin));
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  function forget(applicationName = "leak", user = "app"): Promise<Client> {
    return enter(server, { user, applicationName, statements: ["BEGIN"] });
  }

  return {
    ...asked,
    get socketFolder() {
      return server.socketFolder;
    },
    get port() {
      return server.port;
    },
    rest: (applicationName) => enter(server, { user: "app", applicationName, statements: [] }),
    forget,
    async forgetLongAgo(sessions) {
      await Promise.all(Array.from({ length: sessions }, () => forget()));
      await waitFor("leaks", async () => (await asked.leaks(leakedAfterSeconds)) === sessions);
    },
  };
}

async function isAlone(admin: postgres.Sql): Promise<boolean> {
  const others = await admin`
    SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  return others.length === 0;
}

async function enter(
  server: EmbeddedPostgres,
  {
    statements,
    ...options
  }: {
    readonly user: string;
    readonly applicationName: string;
    readonly statements: readonly string[];
  },
): Promise<Client> {
  const sql = connectTo(server, options);
  const end = (): Promise<void> => sql.end({ timeout: 0 });
  onTestFinished(end);
  const [row] = await sql`SELECT pg_backend_pid() AS pid`;
  for (const statement of statements) await sql.unsafe(statement);
  return { pid: Number(row?.["pid"]), end };
}

function askedBy(admin: () => postgres.Sql): Asked {
  return {
    async isThere(applicationName) {
      const rows = await admin()`SELECT FROM pg_stat_activity WHERE application_name = ${applicationName}`;
      return rows.length > 0;
    },
    async leaks(leastSeconds = 0) {
      const rows = await admin()`
        SELECT FROM pg_stat_activity
        WHERE application_name = 'leak' AND state_change <= clock_timestamp() - ${`${leastSeconds} s`}::interval`;
      return rows.length;
    },
    async leases() {
      const rows = await admin()`SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted`;
      return rows.length;
    },
    async grant() {
      await admin().unsafe("GRANT pg_signal_backend TO pgleash");
    },
    async revoke() {
      await admin().unsafe("REVOKE pg_signal_backend FROM pgleash");
    },
  };
}

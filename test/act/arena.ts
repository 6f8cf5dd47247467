import type { Sql } from "postgres";

import { endSession, type EndOptions, type Ending } from "../../src/act/end-session.ts";
import type { BackendKind } from "../../src/classify/kind.ts";
import type { Act } from "../../src/decide/plan.ts";
import type { RuleAction } from "../../src/decide/policy.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Session } from "../../src/postgres/session.ts";
import { neverAges, openLooker, type Looker } from "../observe/looker.ts";
import { aSuspect } from "../support/a-view.ts";
import { connectTo, startServer, type ClientOptions } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

/** A session of the role `app`, and what it does. */
export type Victim = { readonly sql: Sql; readonly pid: number };

/** What to do to a session; a test names only what it is about. */
export type Order = Partial<EndOptions & Pick<Act, "isOfStatement">> & {
  readonly kind?: BackendKind;
  readonly action?: RuleAction;
  /** The session that signals, by default the looker's. */
  readonly through?: Session;
};

/** A server on which sessions are ended, by a role that has what the manual asks for and nothing more. */
export type Arena = {
  readonly server: EmbeddedPostgres;
  readonly admin: Sql;
  readonly looker: Looker;
  /** A session that has run these statements, each of its own. */
  enter(statements?: readonly string[], options?: ClientOptions): Promise<Victim>;
  /** What a look sees of it, once it waits so, `ClientRead` by default. */
  see(pid: number, waitEvent?: string): Promise<Backend>;
  /** Ends a session as one idle in transaction, at any age, unless told otherwise. */
  end(backend: Backend, order?: Order): Promise<Ending>;
  /** Whether that very session is still there. */
  isThere(backend: Backend): Promise<boolean>;
  remove(): Promise<void>;
};

/** The test must `remove()` it. */
export async function openArena(
  major: string,
  settings: Readonly<Record<string, string>> = {},
  loopbackPort?: number,
): Promise<Arena> {
  const server = await startServer(major, settings, loopbackPort);
  const admin = connectTo(server);
  await admin.unsafe(
    "CREATE ROLE app LOGIN; CREATE ROLE pgleash LOGIN; GRANT pg_monitor, pg_signal_backend TO pgleash",
  );
  const looker = await openLooker(server, { user: "pgleash" });
  const entered: Sql[] = [];
  return {
    server,
    admin,
    looker,
    async enter(statements = [], options = {}) {
      const sql = connectTo(server, { user: "app", ...options });
      entered.push(sql);
      const [row] = await sql.unsafe("SELECT pg_backend_pid() AS pid");
      for (const statement of statements) await sql.unsafe(statement).catch(() => undefined);
      return { sql, pid: Number(row?.["pid"]) };
    },
    see: (pid, waitEvent = "ClientRead") =>
      waitFor(`session ${pid} to wait: ${waitEvent}`, async () => {
        const { candidates } = await looker.look({ ages: neverAges, followedPids: [pid] });
        return candidates.find((backend) => backend.id.pid === pid && backend.waitEvent === waitEvent);
      }),
    end: (
      backend,
      {
        kind = "idle_in_transaction",
        action = "terminate",
        isOfStatement = false,
        through = looker.session,
        ...options
      } = {},
    ) =>
      endSession(
        through,
        { action, isOfStatement, episode: aSuspect({ kind, backend }) },
        {
          version: looker.version,
          deadline: startDeadline(20),
          prepare: true,
          minAgeSeconds: 0,
          verifySeconds: 5,
          whyStop: () => Promise.resolve(null),
          ...options,
        },
      ),
    async isThere({ id: { pid } }) {
      const rows = await admin.unsafe("SELECT 1 AS one FROM pg_stat_activity WHERE pid = $1", [pid]);
      return rows.length > 0;
    },
    async remove() {
      await looker.close();
      // Whoever sleeps does not notice that its client has gone.
      await server.stop("immediate");
      await Promise.all([admin, ...entered].map((sql) => sql.end({ timeout: 0 })));
      await server.remove();
    },
  };
}

import type { BackendKind } from "../../src/classify/kind.ts";

/** What a program sees of the end of its session. */
type Seen = {
  /** At once, without having asked. */
  readonly told?: readonly string[];
  /** What statements come to: one of others that share its pool, its own next two, and one once it was given back. */
  readonly others?: string;
  readonly next?: string;
  readonly again?: string;
  readonly after?: string;
  /** Some of its last words, where the process dies. */
  readonly died?: string;
};

const programs = {
  "node-postgres": "ended-pg.mjs",
  "postgres.js": "ended-postgres.mjs",
  asyncpg: "ended_asyncpg.py",
  "psycopg 3": "ended_psycopg.py",
  psycopg2: "ended_psycopg2.py",
  SQLAlchemy: "ended_sqlalchemy.py",
} as const;

/** What a session is about, as what it is ended, and with what outcome. */
const situations = {
  "in use": { kind: "idle_in_transaction", outcome: "terminated" },
  "at rest": { kind: "idle_too_long", outcome: "terminated" },
  running: { kind: "stale_active", outcome: "cancelled" },
} as const;

/** One program that loses its session. It stands as a row in `docs/policy.md`, of which these are the first two cells. */
export type Ending = Seen & {
  readonly client: string;
  readonly session: string;
  readonly file: string;
  readonly scenario: string;
  readonly kind: BackendKind;
  readonly outcome: string;
};

/** `how` tells apart several programs in the same situation. */
function ending(
  client: keyof typeof programs,
  situation: keyof typeof situations,
  seen: Seen,
  how?: string,
): Ending {
  const session = how === undefined ? situation : `${situation}, ${how}`;
  const scenario = session.replaceAll(/,? /g, "-");
  return { client, session, file: programs[client], scenario, ...situations[situation], ...seen };
}

const outside = "Error: it ran in another session, outside the transaction";
const nullSocket = "Cannot read properties of null (reading 'write')";
const lostBegin = ["onclose", "begin: Error CONNECTION_CLOSED"];

export const endings: readonly Ending[] = [
  ending("node-postgres", "in use", {
    told: ["client: error 57P01", "client: Error: Connection terminated unexpectedly"],
    others: "Error: timeout exceeded when trying to connect",
    next: "Error: Client has encountered a connection error and is not queryable",
    after: "works",
  }),
  ending("node-postgres", "in use", { died: "57P01" }, "only its pool heeded"),
  ending("node-postgres", "at rest", { told: ["pool: error 57P01"], next: "works", after: "works" }),
  ending("node-postgres", "at rest", { died: "57P01" }, "nothing heeded"),
  ending("node-postgres", "running", { next: "error 57014", after: "works" }),

  ending("postgres.js", "in use", { told: ["onclose"], died: nullSocket }, "reserved"),
  ending(
    "postgres.js",
    "in use",
    { told: ["onclose"], others: "works", next: outside, after: "works" },
    "reserved, others first",
  ),
  ending("postgres.js", "in use", { told: lostBegin, died: nullSocket }, "in begin"),
  ending(
    "postgres.js",
    "in use",
    { told: lostBegin, others: "works", next: outside, after: "works" },
    "in begin, others first",
  ),
  ending(
    "postgres.js",
    "in use",
    { told: lostBegin, next: "AbortError 20", died: nullSocket },
    "in begin, given up",
  ),
  ending("postgres.js", "at rest", { told: ["onclose"], next: "works", after: "works" }),
  ending("postgres.js", "running", { next: "PostgresError 57014", after: "works" }),

  ending("asyncpg", "in use", {
    told: ["termination listener"],
    others: "works",
    next: "asyncpg.exceptions.InterfaceError",
    after: "works",
  }),
  ending("asyncpg", "at rest", { told: ["termination listener"], next: "works", after: "works" }),
  ending("asyncpg", "running", { next: "asyncpg.exceptions.QueryCanceledError 57014", after: "works" }),

  ending("psycopg 3", "in use", { next: "psycopg.OperationalError", after: "works" }),
  ending("psycopg 3", "running", { next: "psycopg.errors.QueryCanceled 57014", after: "works" }),

  ending("psycopg2", "in use", {
    others: "psycopg2.pool.PoolError",
    next: "psycopg2.OperationalError",
    after: "works",
  }),
  ending("psycopg2", "at rest", { next: "psycopg2.OperationalError", after: "works" }),
  ending("psycopg2", "running", { next: "psycopg2.errors.QueryCanceled 57014", after: "works" }),

  ending("SQLAlchemy", "in use", {
    others: "sqlalchemy.exc.TimeoutError",
    next: "sqlalchemy.exc.OperationalError",
    again: "sqlalchemy.exc.PendingRollbackError",
    after: "works",
  }),
  ending("SQLAlchemy", "at rest", { next: "sqlalchemy.exc.OperationalError", after: "works" }),
  ending("SQLAlchemy", "at rest", { next: "works", after: "works" }, "pool_pre_ping"),
  ending("SQLAlchemy", "running", { next: "sqlalchemy.exc.OperationalError 57014", after: "works" }),
];

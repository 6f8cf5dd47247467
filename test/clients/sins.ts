/** An order service of this folder. */
export type ClientName = "pg" | "postgres" | "asyncpg" | "psycopg" | "psycopg2" | "sqlalchemy" | "fastapi";

/** How a session stands on the server. */
type Stand = { readonly state: string; readonly waitEvent: string };

/** What a scenario leaks: every session of it stands on the server like this and is to be judged like this. */
export type Sin = Stand & {
  readonly client: ClientName;
  readonly scenario: string;
  readonly kind:
    | "idle_in_transaction"
    | "idle_in_transaction_aborted"
    | "stalled_client"
    | "never_used"
    | "pool_overgrown";
  /** What the server shows it to hold: a transaction id, a snapshot. */
  readonly holds: "nothing" | "xid" | "xmin" | "xid and xmin";
  readonly harm: "slot" | "ddl" | "vacuum" | "blocking";
  /** What the comment of its last statement says, as far as the statement is the application's own. */
  readonly keys: Readonly<Record<string, string>>;
};

const idle: Stand = { state: "idle", waitEvent: "ClientRead" };
const inTransaction = {
  state: "idle in transaction",
  waitEvent: "ClientRead",
  kind: "idle_in_transaction",
} as const;
const aborted = {
  state: "idle in transaction (aborted)",
  waitEvent: "ClientRead",
  kind: "idle_in_transaction_aborted",
} as const;
const sendsNoMore = { state: "active", waitEvent: "ClientRead", kind: "stalled_client" } as const;
const readsNoMore = { state: "active", waitEvent: "ClientWrite", kind: "stalled_client" } as const;
const neverUsed = { ...idle, kind: "never_used" } as const;
const oneOfMany = { ...idle, kind: "pool_overgrown" } as const;

function by(
  client: ClientName,
  scenario: string,
  looks: Stand & Pick<Sin, "kind">,
  costs: readonly [holds: Sin["holds"], harm: Sin["harm"]],
  keys: Sin["keys"] = {},
): Sin {
  const [holds, harm] = costs;
  return { client, scenario, ...looks, holds, harm, keys };
}

const route = (path: string): Sin["keys"] => ({ route: path });
const action = (name: string): Sin["keys"] => ({ controller: "orders", action: name });

const slot = ["nothing", "slot"] as const;
const ddl = ["nothing", "ddl"] as const;
const wrote = ["xid", "vacuum"] as const;
const snapshot = ["xmin", "vacuum"] as const;
const writing = ["xid and xmin", "vacuum"] as const;

/**
 * What is leaked, and how it is to be judged. A SELECT that is over still holds its snapshot where it was sent by the
 * extended protocol: its portal lives until the next statement. Only what psycopg2 sends holds none.
 */
export const sins: readonly Sin[] = [
  by("pg", "early-return", inTransaction, snapshot, route("/checkout")),
  by("psycopg", "early-return", inTransaction, snapshot, route("/checkout")),
  by("psycopg2", "early-return", inTransaction, ddl, action("checkout")),
  by("sqlalchemy", "early-return", inTransaction, ddl, route("/checkout")),
  by("fastapi", "early-return", inTransaction, snapshot, route("/checkout")),

  by("pg", "exception-before-commit", inTransaction, wrote, route("/pay")),
  by("postgres", "exception-before-commit", inTransaction, wrote, route("/pay")),
  by("psycopg", "exception-before-commit", inTransaction, wrote, route("/pay")),
  by("sqlalchemy", "exception-before-commit", inTransaction, wrote, route("/pay")),

  by("pg", "swallowed-error", aborted, slot, route("/orders")),
  by("asyncpg", "swallowed-error", aborted, slot, route("/orders")),
  by("psycopg2", "swallowed-error", aborted, slot, action("create")),

  by("postgres", "savepoint-error", aborted, wrote, route("/pay")),
  by("asyncpg", "savepoint-error", aborted, wrote, route("/pay")),
  by("sqlalchemy", "savepoint-error", aborted, wrote, route("/pay")),

  by("pg", "forgotten-second-session", inTransaction, snapshot, route("/checkout")),
  by("postgres", "forgotten-second-session", inTransaction, snapshot, route("/checkout")),
  by("sqlalchemy", "forgotten-second-session", inTransaction, ddl, route("/checkout")),

  // postgres.js sends no Sync between two batches: to the server, the statement is under way and its client silent.
  by("postgres", "half-read-cursor", sendsNoMore, snapshot, route("/export")),
  by("asyncpg", "half-read-cursor", inTransaction, snapshot, route("/export")),
  // The last statement is a FETCH of the driver's own.
  by("psycopg", "half-read-cursor", inTransaction, snapshot),
  by("psycopg2", "half-read-cursor", inTransaction, snapshot),

  by("postgres", "unfinished-copy", sendsNoMore, writing, route("/upload")),
  // asyncpg writes the COPY by itself.
  by("asyncpg", "unfinished-copy", sendsNoMore, writing),
  by("psycopg", "unfinished-copy", sendsNoMore, writing, route("/upload")),

  by("pg", "unread-result", readsNoMore, snapshot, route("/export")),
  by("asyncpg", "unread-result", readsNoMore, snapshot, route("/export")),
  by("psycopg", "unread-result", readsNoMore, snapshot, route("/export")),

  by("pg", "never-closed", oneOfMany, slot, route("/health")),
  by("asyncpg", "never-closed", oneOfMany, slot, route("/health")),

  by("pg", "never-used", neverUsed, slot),
  by("asyncpg", "never-used", neverUsed, slot),
  by("psycopg2", "never-used", neverUsed, slot),
];

const behaviour = [
  "healthy-pool",
  "healthy-cursor",
  "healthy-listener",
  "healthy-lock-holder",
  "healthy-slow-report",
];

/** What each client does well beside. */
export const healthyBehaviour: Readonly<Record<ClientName, readonly string[]>> = {
  pg: behaviour,
  postgres: behaviour,
  asyncpg: behaviour,
  psycopg: behaviour,
  psycopg2: behaviour,
  sqlalchemy: behaviour,
  fastapi: ["healthy-orders"],
};

import { isHonest, leaks, type Label, type Who } from "./label.ts";

/** The order services of `test/clients`: a process for each client, a scenario for each application name. */

function who(client: string, scenario: string): Who {
  return { usename: "orders", applicationName: `orders-${client}-${scenario}` };
}

function by(client: string, scenario: string, why: string): Pick<Label, "scenario" | "who" | "why"> {
  return { scenario: `${client}: ${scenario}`, who: who(client, scenario), why };
}

const earlyReturn = "A transaction reads an order and returns early: neither commit nor close.";
const exception = "A transaction pays, an exception is caught, and nobody rolls back.";
const swallowed = "A statement fails in a transaction, the error is swallowed, and nobody rolls back.";
const savepoint = "A statement fails after a savepoint and a write: neither back to it nor to the end.";
const second = "A service opens two transactions and ends one of them.";
const halfRead = "A cursor is read for a hundred rows and then forgotten, transaction and all.";
const batch = "A cursor whose driver keeps the statement open between batches is forgotten half read.";
const upload = "A COPY is begun, sends a part, and its source says nothing more for ever.";
const unread = "A large result is asked for, and whoever was to get it reads no more.";
const neverClosed = "A client is opened for each request, used once in autocommit mode, and never closed.";
const neverUsed = "A connection is opened and forgotten before its first statement.";

const idle = "idle_in_transaction";
const aborted = "idle_in_transaction_aborted";

export const orderServiceLeaks: readonly Label[] = [
  leaks(idle, "vacuum", by("pg", "early-return", earlyReturn)),
  leaks(idle, "vacuum", by("psycopg", "early-return", earlyReturn)),
  leaks(idle, "ddl", by("psycopg2", "early-return", earlyReturn)),
  leaks(idle, "ddl", by("sqlalchemy", "early-return", earlyReturn)),
  leaks(idle, "vacuum", by("fastapi", "early-return", earlyReturn)),
  leaks(idle, "vacuum", by("pg", "exception-before-commit", exception)),
  leaks(idle, "vacuum", by("postgres", "exception-before-commit", exception)),
  leaks(idle, "vacuum", by("psycopg", "exception-before-commit", exception)),
  leaks(idle, "vacuum", by("sqlalchemy", "exception-before-commit", exception)),
  leaks(aborted, "slot", by("pg", "swallowed-error", swallowed)),
  leaks(aborted, "slot", by("asyncpg", "swallowed-error", swallowed)),
  leaks(aborted, "slot", by("psycopg2", "swallowed-error", swallowed)),
  leaks(aborted, "vacuum", by("postgres", "savepoint-error", savepoint)),
  leaks(aborted, "vacuum", by("asyncpg", "savepoint-error", savepoint)),
  leaks(aborted, "vacuum", by("sqlalchemy", "savepoint-error", savepoint)),
  leaks(idle, "vacuum", by("pg", "forgotten-second-session", second)),
  leaks(idle, "vacuum", by("postgres", "forgotten-second-session", second)),
  leaks(idle, "ddl", by("sqlalchemy", "forgotten-second-session", second)),
  leaks("stalled_client", "vacuum", by("postgres", "half-read-cursor", batch)),
  leaks(idle, "vacuum", by("asyncpg", "half-read-cursor", halfRead)),
  leaks(idle, "vacuum", by("psycopg", "half-read-cursor", halfRead)),
  leaks(idle, "vacuum", by("psycopg2", "half-read-cursor", halfRead)),
  leaks("stalled_client", "vacuum", by("postgres", "unfinished-copy", upload)),
  leaks("stalled_client", "vacuum", by("asyncpg", "unfinished-copy", upload)),
  leaks("stalled_client", "vacuum", by("psycopg", "unfinished-copy", upload)),
  leaks("stalled_client", "vacuum", by("pg", "unread-result", unread)),
  leaks("stalled_client", "vacuum", by("asyncpg", "unread-result", unread)),
  leaks("stalled_client", "vacuum", by("psycopg", "unread-result", unread)),
  leaks("pool_overgrown", "slot", by("pg", "never-closed", neverClosed)),
  leaks("pool_overgrown", "slot", by("asyncpg", "never-closed", neverClosed)),
  leaks("never_used", "slot", by("pg", "never-used", neverUsed)),
  leaks("never_used", "slot", by("asyncpg", "never-used", neverUsed)),
  leaks("never_used", "slot", by("psycopg2", "never-used", neverUsed)),
];

const pool = "Orders through a pool, some of which are refused and rolled back; all are over in moments.";
const cursor = "A cursor exports a thousand rows in a transaction, commits, rests, and again.";
const listener = "A session says LISTEN and waits for news, as it should.";
const lockHolder = "A session holds an advisory lock in autocommit mode: it is the one that does the work.";
const report = "A report of three minutes, one after the other, read by whoever asked for it.";

const clients = ["pg", "postgres", "asyncpg", "psycopg", "psycopg2", "sqlalchemy"];

export const healthyOrderServices: readonly Label[] = [
  ...clients.flatMap((client) => [
    isHonest(by(client, "healthy-pool", pool)),
    isHonest(by(client, "healthy-cursor", cursor)),
    isHonest(by(client, "healthy-listener", listener)),
    isHonest(by(client, "healthy-lock-holder", lockHolder)),
    isHonest(by(client, "healthy-slow-report", report)),
  ]),
  isHonest(
    by("fastapi", "healthy-orders", "Requests to a web service, some refused, each with its session closed."),
  ),
];

import { cannotTell, isHonest, type Label } from "./label.ts";

/** Honest work that looks like a leak to somebody, and some that looks so to everybody. */

function by(client: string, scenario: string, why: string): Pick<Label, "scenario" | "who" | "why"> {
  const who = { usename: "orders", applicationName: `orders-${client}-${scenario}` };
  return { scenario: `${client}: ${scenario}`, who, why };
}

function of(usename: string, scenario: string, why: string): Pick<Label, "scenario" | "who" | "why"> {
  return { scenario, who: { usename, applicationName: null }, why };
}

export const longWork: readonly Label[] = [
  isHonest(
    by(
      "psycopg",
      "blocked-orders-victims",
      "Three payments that wait for a row which a leaked session locked: victims.",
    ),
  ),
  isHonest(
    by(
      "psycopg",
      "half-migrated-victims",
      "A reader that waits for a migration which was left half done: a victim.",
    ),
  ),
  isHonest(
    by(
      "asyncpg",
      "forgotten-job-lock-victims",
      "The next run of a job, which waits for the lock of the one before: a victim.",
    ),
  ),
  isHonest(
    by(
      "psycopg",
      "slow-provider",
      "A transaction waits four minutes for a payment provider, commits, and again.",
    ),
  ),
  isHonest(
    by(
      "psycopg",
      "nightly-batch",
      "A batch of 80 statements in one transaction of 40 minutes, and its commit.",
    ),
  ),
  isHonest(
    by(
      "psycopg",
      "paging",
      "A cursor is paged through for 12 minutes, a page every half a minute, and closed.",
    ),
  ),
  isHonest(
    by("psycopg", "many-small", "Thousands of short transactions over one session that is hours old."),
  ),
  isHonest(
    by(
      "psycopg",
      "savepoints",
      "Transactions with an error inside a savepoint, which is rolled back to, and a commit.",
    ),
  ),
  isHonest(
    of("coordinator_at_work", "psycopg: two-phases", "Two-phase commits with seconds between their phases."),
  ),
  isHonest(
    of(
      "slow_owner",
      "psycopg: index-build",
      "CREATE INDEX on a slow function, more than two hours, with a row in the progress view.",
    ),
  ),
  isHonest(
    by(
      "psycopg",
      "temporary-table",
      "A session that keeps a temporary table and fills it every five minutes.",
    ),
  ),
  isHonest(by("psycopg", "evening-report", "A statement of 90 minutes, whose reader waits for it.")),
  isHonest(
    by("asyncpg", "hourly-job", "A job connects every ten minutes, has a transaction of two, and closes."),
  ),
  isHonest(by("asyncpg", "leader", "A session holds a lock as the leader and says so every half an hour.")),
  isHonest(by("pg", "full-pool", "A pool of 85 opened in one burst, all of it used every three minutes.")),
  isHonest(by("pg", "churn", "A connection for each of hundreds of visits, each closed at once.")),
  isHonest(by("pg", "morning", "A pool that grows to 30 with its traffic, and shrinks with it.")),
  isHonest(by("pg", "parallel-report", "A parallel query of some 15 minutes with its workers, and again.")),
  isHonest(
    of("replica", "postgres: replica", "A subscriber of logical replication that reads what changes."),
  ),
  isHonest(
    of(
      "pooled_orders",
      "pg through PgBouncer: healthy-pool",
      "Orders behind PgBouncer in transaction mode: server sessions rest between them.",
    ),
  ),
  isHonest(of("dumper_daily", "pg_dump -j3: daily", "A parallel dump of some five minutes.")),
];

const noProgress =
  "PostgreSQL 13 shows no progress of a COPY: one that moves slowly and one that stands look alike.";

export const ambiguousWork: readonly Label[] = [
  cannotTell(
    isHonest(
      by("psycopg", "slow-upload", "A COPY that sends some lines every few seconds, for 100 minutes."),
    ),
    noProgress,
    ["13"],
  ),
  cannotTell(
    isHonest(by("asyncpg", "slow-download", "A COPY of a large result that its reader takes in bit by bit.")),
    noProgress,
    ["13"],
  ),
  cannotTell(
    isHonest(of("dumper_monthly", "pg_dump -j3: monthly", "A parallel dump of some 25 minutes.")),
    "Its leader is idle in transaction for as long as its workers copy, and holds the snapshot for them: the row is that of a forgotten transaction. Only its name tells.",
  ),
  cannotTell(
    isHonest(
      by(
        "psycopg",
        "weekly-migration",
        "A migration of 180 statements in one transaction of 90 minutes, and its commit.",
      ),
    ),
    "Many statements in one transaction on purpose, and a commit that was forgotten in a loop, look alike until the commit comes.",
  ),
  cannotTell(
    isHonest(by("psycopg", "annual-report", "A statement of ten hours, whose reader waits for it.")),
    "A statement whose caller is gone and an honest one that takes hours are the same row: active, and old.",
  ),
  cannotTell(
    isHonest(
      by("psycopg", "lunch", "An update typed at a prompt before lunch, and committed after 45 minutes."),
    ),
    "A person who comes back and a program that does not are both idle in transaction.",
  ),
  cannotTell(
    isHonest(
      by(
        "psycopg",
        "typing-mistake",
        "A mistake typed at a prompt inside a transaction, rolled back after 25 minutes.",
      ),
    ),
    "A person who has not seen the error yet and a program that swallowed it look alike.",
  ),
  cannotTell(
    isHonest(
      of(
        "coordinator_paused",
        "psycopg: two-phases-paused",
        "A transaction is prepared, and committed after 30 minutes of maintenance.",
      ),
    ),
    "Whether the coordinator of a prepared transaction comes back is not known to the server.",
  ),
  cannotTell(
    isHonest(
      by(
        "asyncpg",
        "spare-sessions",
        "A pool opens four sessions ahead of need and hands out the one that came back last.",
      ),
    ),
    "A spare session of a pool and one that was opened and forgotten have both never run a statement.",
  ),
  cannotTell(
    isHonest(
      by(
        "pg",
        "scaled-out",
        "An application is scaled out: a new instance every minute and a half, 30 in all, which rest.",
      ),
    ),
    "Sessions that come steadily and then rest are what a leak of connections looks like.",
  ),
];

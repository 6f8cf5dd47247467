/** A program of `test/clients`, and what it is to play. */
export type Part = {
  /** Its file there. */
  readonly file: string;
  readonly scenarios: readonly string[];
  readonly usename: string;
  readonly through: "the server" | "PgBouncer";
  /** How many connections it forgets, and how many minutes apart, where it forgets one after the other. */
  readonly forgets?: { readonly count: number; readonly everyMinutes: number };
};

const healthy = [
  "healthy-pool",
  "healthy-cursor",
  "healthy-listener",
  "healthy-lock-holder",
  "healthy-slow-report",
];

function part(file: string, scenarios: readonly string[], rest: Partial<Part> = {}): Part {
  return { file, scenarios, usename: "orders", through: "the server", ...rest };
}

/** A subscriber waits for the end of every transaction under way, so it begins before there are any. */
const replica = part("replica-postgres.mjs", ["replica"], { usename: "replica" });

const orderServices: readonly Part[] = [
  part("orders-pg.mjs", [
    "early-return",
    "exception-before-commit",
    "swallowed-error",
    "forgotten-second-session",
    "unread-result",
    "never-used",
    ...healthy,
  ]),
  part("orders-postgres.mjs", [
    "exception-before-commit",
    "savepoint-error",
    "forgotten-second-session",
    "half-read-cursor",
    "unfinished-copy",
    ...healthy,
  ]),
  part("orders_asyncpg.py", [
    "swallowed-error",
    "savepoint-error",
    "half-read-cursor",
    "unfinished-copy",
    "unread-result",
    "never-used",
    ...healthy,
  ]),
  part("orders_psycopg.py", [
    "early-return",
    "exception-before-commit",
    "half-read-cursor",
    "unfinished-copy",
    "unread-result",
    ...healthy,
  ]),
  part("orders_psycopg2.py", [
    "early-return",
    "swallowed-error",
    "half-read-cursor",
    "never-used",
    ...healthy,
  ]),
  part("orders_sqlalchemy.py", [
    "early-return",
    "exception-before-commit",
    "savepoint-error",
    "forgotten-second-session",
    ...healthy,
  ]),
  part("orders_fastapi.py", ["early-return", "healthy-orders"]),
];

/** By the minute, not all at once: a pool that fills in one burst is healthy. */
const forgetful: readonly Part[] = [
  part("orders-pg.mjs", ["never-closed"], { forgets: { count: 90, everyMinutes: 0.25 } }),
  part("orders_asyncpg.py", ["never-closed"], { forgets: { count: 40, everyMinutes: 0.4 } }),
];

const longLeaks = part("long_leaks_psycopg.py", [
  "blocked-orders",
  "half-migrated",
  "endless-sync",
  "endless-report",
  "forgotten-prepared",
  "one-lost",
  "caller-gone",
  "killed-while-computing",
]);

const longWork: readonly Part[] = [
  part("long_work_psycopg.py", [
    "slow-provider",
    "nightly-batch",
    "weekly-migration",
    "paging",
    "many-small",
    "savepoints",
    "two-phases",
    "two-phases-paused",
    "slow-upload",
    "index-build",
    "temporary-table",
    "evening-report",
    "annual-report",
    "lunch",
    "typing-mistake",
  ]),
  part("long_asyncpg.py", ["forgotten-job-lock", "spare-sessions", "slow-download", "hourly-job", "leader"]),
  part("long-pg.mjs", [
    "lent-with-transaction",
    "declared-pool",
    "full-pool",
    "churn",
    "morning",
    "scaled-out",
    "parallel-report",
  ]),
];

const pooled: readonly Part[] = [
  part("orders-pg.mjs", ["early-return"], { usename: "pooled_leaky", through: "PgBouncer" }),
  part("orders-pg.mjs", ["healthy-pool"], { usename: "pooled_orders", through: "PgBouncer" }),
];

/** Everybody; the subscriber first. */
export const cast: readonly Part[] = [
  replica,
  ...orderServices,
  longLeaks,
  ...longWork,
  ...pooled,
  ...forgetful,
];

/** Some whose truth shows within half an hour. */
export const quickCast: readonly Part[] = [
  part("orders-pg.mjs", ["early-return", "swallowed-error", ...healthy]),
  part("orders_asyncpg.py", ["savepoint-error", "half-read-cursor", ...healthy]),
  part("orders-pg.mjs", ["never-closed"], { forgets: { count: 40, everyMinutes: 0.4 } }),
  part("long_leaks_psycopg.py", ["blocked-orders", "half-migrated", "forgotten-prepared"]),
  part("long_work_psycopg.py", ["slow-provider", "paging", "savepoints", "two-phases"]),
  part("long-pg.mjs", ["declared-pool", "full-pool", "churn"]),
];

import { cannotTell, leaks, type Label } from "./label.ts";

/** Leaks that take long to show, that others wait for, or that the view cannot tell from honest work. */

function by(client: string, scenario: string, why: string): Pick<Label, "scenario" | "who" | "why"> {
  const who = { usename: "orders", applicationName: `orders-${client}-${scenario}` };
  return { scenario: `${client}: ${scenario}`, who, why };
}

function of(usename: string, scenario: string, why: string): Pick<Label, "scenario" | "who" | "why"> {
  return { scenario, who: { usename, applicationName: null }, why };
}

export const longLeaks: readonly Label[] = [
  leaks(
    "idle_in_transaction",
    "blocking",
    by(
      "psycopg",
      "blocked-orders",
      "A payment failed without a rollback; three others want the row that it locked.",
    ),
  ),
  leaks(
    "idle_in_transaction",
    "blocking",
    by(
      "psycopg",
      "half-migrated",
      "A migration asked whether to go on, and nobody answered: all readers of the table wait.",
    ),
  ),
  leaks(
    "idle_in_transaction",
    "blocking",
    by(
      "asyncpg",
      "forgotten-job-lock",
      "A job took an advisory lock for its transaction and returned early; the next run waits.",
    ),
  ),
  leaks(
    "long_transaction",
    "vacuum",
    by(
      "psycopg",
      "endless-sync",
      "Autocommit is off: every round of a loop works in one transaction that never ends.",
    ),
  ),
  leaks(
    "long_transaction",
    "vacuum",
    by(
      "psycopg",
      "endless-report",
      "A dashboard polls in one REPEATABLE READ transaction that it never ends.",
    ),
  ),
  leaks(
    "long_transaction",
    "vacuum",
    by(
      "pg",
      "lent-with-transaction",
      "BEGIN was sent through the pool and no COMMIT: every borrower since works inside it.",
    ),
  ),
  leaks(
    "prepared_transaction",
    "vacuum",
    of(
      "coordinator_gone",
      "psycopg: forgotten-prepared",
      "A transaction was prepared, and its coordinator lost its log.",
    ),
  ),
  leaks(
    "pool_overgrown",
    "slot",
    by(
      "pg",
      "declared-pool",
      "A service whose configuration declares a pool of 5 opens one session after the other, 12 in all.",
    ),
  ),
  leaks(
    "idle_in_transaction",
    "vacuum",
    of(
      "pooled_leaky",
      "pg through PgBouncer: early-return",
      "As early-return, behind PgBouncer in transaction mode: its server session stays taken.",
    ),
  ),
];

const sameAsReport =
  "A statement whose caller is gone and an honest one that takes hours are the same row: active, and old.";

export const ambiguousLeaks: readonly Label[] = [
  cannotTell(
    leaks(
      "stale_active",
      "vacuum",
      by("psycopg", "caller-gone", "A request timed out, and its statement computes on for nobody."),
    ),
    sameAsReport,
  ),
  cannotTell(
    leaks(
      "stale_active",
      "vacuum",
      by(
        "psycopg",
        "killed-while-computing",
        "A program was killed in the middle of a statement; the server does not notice.",
      ),
    ),
    sameAsReport,
  ),
  cannotTell(
    leaks(
      "pool_overgrown",
      "slot",
      by(
        "psycopg",
        "one-lost",
        "One connection of five was taken out in autocommit mode and is never given back.",
      ),
    ),
    "It stands as every resting session of its pool, and one is no growth; nothing was declared.",
  ),
];

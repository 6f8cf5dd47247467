import type postgres from "postgres";

/** One part of the order service. It connects under a role and an application name of its own. */
export type Worker = {
  readonly role: string;
  readonly applicationName: string;
  /** Resolves once it is at work. What it returns is kept: a session nobody holds is closed by the garbage collector. */
  readonly work: (sql: postgres.Sql, surroundings: Surroundings) => Promise<unknown>;
};

export type Surroundings = {
  /** When to stop. */
  readonly leaving: AbortSignal;
  /** Another client like the one at hand. */
  readonly connect: () => postgres.Sql;
};

/** A worker with a mistake that leaks its session. `kind` is what a watchdog should call it. */
export type Sinner = Worker & {
  readonly kind:
    | "idle_in_transaction"
    | "idle_in_transaction_aborted"
    | "stalled_client"
    | "stale_active"
    | "long_transaction"
    | "pool_overgrown";
  readonly story: string;
};

import type { Growth } from "../forecast/growth.ts";

/** Whose sessions form a pool. `null` where a declared pool spans several. */
export type PoolHolder = {
  readonly datname: string | null;
  readonly usename: string | null;
  readonly applicationName: string | null;
};

/** Who holds leaked sessions that are still there, and how fast they become more; `null` while they do not. */
export type LeakingPool = PoolHolder & { readonly growth: Growth | null };

/** A pool that the configuration declares. `matches` is compiled by `config/`; it says no to what it cannot see. */
export type DeclaredPool = {
  readonly name: string;
  readonly matches: (session: PoolHolder & { readonly clientAddr: string | null }) => boolean;
  readonly size: number;
  readonly maxOverflow: number;
  /** Whether size and overflow hold for each client host, or for all of them together. */
  readonly per: "client" | "all";
};

/** How the size of a pool was reckoned where it was declared: `workers × connectionsPerWorker + buffer`. */
export type PoolFormula = {
  readonly workers: number;
  readonly connectionsPerWorker: number;
  readonly buffer: number;
};

/** A declared pool as it is written: with the text of its matchers, and the formula of its size, if it has one. */
export type ConfiguredPool = DeclaredPool & {
  readonly match: readonly string[];
  readonly formula: PoolFormula | null;
};

/** What one look saw of a declared pool. */
export type PoolUse = {
  readonly name: string;
  /** `size` and `max_overflow`, times the client hosts seen where they hold for each. */
  readonly size: number;
  readonly maxOverflow: number;
  readonly active: number;
  readonly idle: number;
  /** Sessions beyond `size`, and beyond `size + max_overflow`, summed over the places where they are. */
  readonly overflow: number;
  readonly excess: number;
  /** The most that are active, and that are held, in one of these places. */
  readonly mostActive: number;
  readonly mostHeld: number;
  readonly oldestSessionSeconds: number | null;
};

/** A pool that a verdict names: above what was declared, or growing without ever shrinking. */
export type OvergrownPool = {
  /** Unique on its server: under which key it is remembered. */
  readonly key: string;
  readonly holder: PoolHolder;
  /** The name under which it was declared, if it was. */
  readonly name: string | null;
  readonly sessions: number;
  readonly quietSessions: number;
  /** Sessions above what was declared. */
  readonly excess: number;
  /** Sessions that fell quiet since it began to grow, as counted when it was last seen growing. */
  readonly leakedSessions: number;
  /** Since when (epoch seconds, server's clock) they have leaked; `null` when none did. */
  readonly leakingSinceSeconds: number | null;
  /** How fast it grows; `null` while it does not. */
  readonly growth: Growth | null;
  /** The applications in it, as the server knows them. */
  readonly applicationNames: readonly string[];
};

import type { HarmLevel } from "../../../src/classify/harm.ts";
import type { LeakKind } from "../../../src/classify/kind.ts";
import type { Severity } from "../../../src/classify/episode.ts";

/** A row of `pg_stat_activity`; moments in seconds since the epoch, by the fast clock. */
export type ActivityRow = {
  readonly pid: number;
  readonly datname: string | null;
  readonly usename: string | null;
  readonly applicationName: string | null;
  readonly backendType: string | null;
  readonly state: string | null;
  readonly waitEventType: string | null;
  readonly waitEvent: string | null;
  readonly backendStart: number | null;
  readonly xactStart: number | null;
  readonly queryStart: number | null;
  readonly stateChange: number | null;
};

/** A row of `pg_prepared_xacts`. */
export type PreparedRow = { readonly gid: string; readonly owner: string; readonly preparedAt: number };

/** What pgleash said of one suspect at one look. */
export type Named = {
  readonly kind: LeakKind;
  readonly severity: Severity;
  readonly harm: HarmLevel;
  readonly usename: string | null;
  /** `null` for what has none: a prepared transaction. */
  readonly applicationName: string | null;
  /** `null` for what is no session: a prepared transaction, a pool. */
  readonly pid: number | null;
};

/** One look of pgleash, and the whole view from the same copy of the server's session table. */
export type Tick = {
  /** Seconds since the epoch, by the fast clock. */
  readonly atSeconds: number;
  readonly named: readonly Named[];
  readonly rows: readonly ActivityRow[];
  readonly prepared: readonly PreparedRow[];
};

/** All that was seen of one server, in order. */
export type Recording = readonly Tick[];

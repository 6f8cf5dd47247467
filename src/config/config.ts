import type { DeclaredPool } from "../classify/pool.ts";
import type { ThresholdOverride, Thresholds } from "../classify/thresholds.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";

/** When to look: at a fixed distance in whole seconds, or by six cron fields in the time zone of the process. */
export type Schedule = { readonly everySeconds: number } | { readonly cron: string };

/** An override with the text of its matchers, so that it can be shown again. */
export type ConfiguredOverride = ThresholdOverride & { readonly match: readonly string[] };

/** A pool with the text of its matchers. */
export type ConfiguredPool = DeclaredPool & { readonly match: readonly string[] };

/** Everything that holds for one server. Nothing is left to be filled in. */
export type ServerConfig = {
  /** The label `server` of its metrics; unique. */
  readonly name: string;
  readonly connection: ConnectionSettings;
  readonly schedule: Schedule;
  readonly lookTimeoutSeconds: number;
  readonly thresholds: { readonly defaults: Thresholds; readonly overrides: readonly ConfiguredOverride[] };
  /** The declared pools. A session belongs to the first that matches. */
  readonly pools: readonly ConfiguredPool[];
};

/** A configuration that passed every check: it only comes out of `parseConfig`. */
export type Config = {
  /** Label sets per server and metric family. */
  readonly labelBudget: number;
  /** Keys of statement comments that become labels: none unless the operator names some. */
  readonly commentLabels: readonly string[];
  /** At least one. */
  readonly servers: readonly ServerConfig[];
};

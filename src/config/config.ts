import type { ConfiguredPool } from "../classify/pools/pool.ts";
import type { ExpectedWork, MarkerAllowance, ThresholdOverride, Thresholds } from "../classify/thresholds.ts";
import type { Policy, Protection, Rule } from "../decide/policy.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import type { ConfigIssue } from "./issue.ts";
import type { ConnectionKeys } from "./server-connection.ts";
import type { Target } from "./target.ts";
import type { Window } from "./window.ts";

/** When to look: at a fixed distance in whole seconds, or by six cron fields in the time zone of the process. */
export type Schedule = { readonly everySeconds: number } | { readonly cron: string };

/** An override with the text of its matchers, so that it can be shown again. */
export type ConfiguredOverride = ThresholdOverride & { readonly match: readonly string[] };

/** Expected work with the text of its matchers. */
export type ConfiguredExpectedWork = ExpectedWork & { readonly match: readonly string[] };

/** An allowance with the text of its matchers. */
export type ConfiguredMarkerAllowance = MarkerAllowance & { readonly match: readonly string[] };

/** A rule with the text of its matchers and windows; `null` where it has no such window. */
export type ConfiguredRule = Rule & {
  readonly match: readonly string[];
  readonly during: Window | null;
  readonly except: Window | null;
};

/** A protection with the text of its matchers. */
export type ConfiguredProtection = Protection & { readonly match: readonly string[] };

/** What may be done to whom on all servers, and what it takes to do it. Without rules, nothing. */
export type ConfiguredPolicy = Omit<Policy, "rules" | "protections"> & {
  readonly rules: readonly ConfiguredRule[];
  readonly protections: readonly ConfiguredProtection[];
  /** Names of shipped protections that were removed. */
  readonly unprotected: readonly string[];
  /** Absolute paths; `null` where none is given. In the mode `enforce` there is an audit file. */
  readonly auditFile: string | null;
  readonly pauseFile: string | null;
  /** The database in which the lock of the lease is taken. */
  readonly leaseDatabase: string;
};

/** Everything that holds for one server. Nothing is left to be filled in. */
export type ServerConfig = {
  /** The label `server` of its metrics; unique. */
  readonly name: string;
  readonly connection: ConnectionSettings;
  readonly schedule: Schedule;
  readonly lookTimeoutSeconds: number;
  /** How often to look quickly between two looks, in whole seconds; `null` for never. */
  readonly quickEverySeconds: number | null;
  readonly thresholds: {
    readonly defaults: Thresholds;
    readonly overrides: readonly ConfiguredOverride[];
    readonly expected: readonly ConfiguredExpectedWork[];
    readonly markers: readonly ConfiguredMarkerAllowance[];
  };
  /** The declared pools. A session belongs to the first that matches. */
  readonly pools: readonly ConfiguredPool[];
};

/** Files that name further servers, and what holds for these. */
export type ServersFile = {
  /** Absolute paths. In the last step of one, `*` stands for any text. */
  readonly patterns: readonly string[];
  /** What holds for all of them: `keys` is what a connection has besides its place, as the file says it. */
  readonly template: {
    readonly keys: ConnectionKeys;
    readonly common: Omit<ServerConfig, "name" | "connection">;
  };
  /** The only hosts that targets may name, as the file says it; `null`: any. */
  readonly allowedHosts: readonly string[] | null;
  /** The server that a target names; or what is wrong with the target. */
  readonly serverOf: (
    target: Target,
  ) => { readonly server: ServerConfig } | { readonly issues: readonly ConfigIssue[] };
};

/** A configuration that passed every check: it only comes out of `parseConfig`. */
export type Config = {
  /** Label sets per server and metric family. */
  readonly labelBudget: number;
  /** Keys of statement comments that become labels: none unless the operator names some. */
  readonly commentLabels: readonly string[];
  readonly policy: ConfiguredPolicy;
  /** At least one, unless files name others. */
  readonly servers: readonly ServerConfig[];
  /** `null` where no file names servers. */
  readonly serversFile: ServersFile | null;
  /** What is hardly meant, and holds all the same: `file:line:column: warning: …`, one line each. */
  readonly warnings: readonly string[];
};

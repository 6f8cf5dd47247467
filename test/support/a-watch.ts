import type { EpisodeEnd, EpisodeEvent } from "../../src/classify/episode.ts";
import { holderOf } from "../../src/classify/holder.ts";
import type { DeclaredPool } from "../../src/classify/pools/pool.ts";
import type { ThresholdRules, Thresholds } from "../../src/classify/thresholds.ts";
import type { ServerConfig } from "../../src/config/config.ts";
import { suspectBackends, type BackendSuspect } from "../../src/expose/aggregate.ts";
import type { ServerView } from "../../src/expose/view.ts";
import type { Log } from "../../src/log.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import type { SslMode } from "../../src/postgres/settings.ts";
import type { LeashSettings } from "../../src/watch/leashing.ts";
import { createWatch } from "../../src/watch/watch.ts";
import { aConnection, type ConnectionWishes } from "./a-connection.ts";
import { aLog } from "./a-log.ts";
import { anOpening } from "./an-opening.ts";
import { configOf } from "./config-text.ts";

/** Where a server listens: `host` is an address or a socket folder. */
export type Place = { readonly host: string; readonly port: number };

/** How a test watches; it names only what it is about. */
export type WatchOptions = {
  readonly name?: string;
  /** By default the role `pgleash`, which has nothing but pg_monitor: `createWatchRole` makes it. */
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly sslMode?: SslMode;
  /** Any other part of the connection. */
  readonly connection?: ConnectionWishes;
  readonly thresholds?: ThresholdRules;
  readonly pools?: readonly DeclaredPool[];
  readonly commentKeys?: readonly string[];
  readonly lookTimeoutSeconds?: number;
  readonly quickEverySeconds?: number;
  readonly labelBudget?: number;
  readonly log?: Log;
  readonly leash?: LeashSettings;
  /** How far apart the configuration plans looks, 1 by default: how old one may be to act on goes by it, whoever looks. */
  readonly everySeconds?: number;
  /** How often to look; 0: only when the test does. */
  readonly everyMs?: number;
};

/** What each look came to, and when it was over (`performance.now`). */
export type Looked = { readonly atMs: number; readonly view: ServerView };

export type Watched = {
  look(): Promise<void>;
  view(): ServerView;
  readonly looks: readonly Looked[];
  /** Every verdict ever given on single sessions of this application, in order. */
  suspectsOf(applicationName: string): readonly { readonly atMs: number; readonly suspect: BackendSuspect }[];
  /** How episodes of this application ended, be they of its sessions or of its pool. */
  endsOf(applicationName: string): readonly EpisodeEnd[];
  close(): Promise<void>;
};

export const everyMs = 250;

const quick = { enabled: true, suspectAfterSeconds: 1, leakedAfterSeconds: 2 };
const defaults: Thresholds = {
  idle_in_transaction_aborted: quick,
  idle_in_transaction: quick,
  stalled_client: quick,
  stale_active: quick,
  long_transaction: quick,
  never_used: quick,
  idle_too_long: { ...quick, enabled: false },
  prepared_transaction: quick,
  pool_overgrown: quick,
};

/** Every kind that is on by default is suspected after 1 s and leaked after 2 s. */
export const quickThresholds: ThresholdRules = { defaults, overrides: [], expected: [], markers: [] };

/** A server as the configuration would name it. */
export function aServerConfig(place: Place, options: WatchOptions = {}): ServerConfig {
  const thresholds = options.thresholds ?? quickThresholds;
  return {
    name: options.name ?? "main",
    connection: aConnection(place, {
      user: options.user ?? "pgleash",
      password:
        options.password === undefined ? { type: "none" } : { type: "given", secret: options.password },
      database: options.database ?? "postgres",
      tls: { mode: options.sslMode ?? "disable" },
      ...options.connection,
    }),
    schedule: { everySeconds: options.everySeconds ?? 1 },
    lookTimeoutSeconds: options.lookTimeoutSeconds ?? 5,
    quickEverySeconds: options.quickEverySeconds ?? null,
    thresholds: {
      defaults: thresholds.defaults,
      overrides: thresholds.overrides.map((override) => ({ ...override, match: [] })),
      expected: thresholds.expected.map((work) => ({ ...work, match: [] })),
      markers: thresholds.markers.map((allowance) => ({ ...allowance, match: [] })),
    },
    pools: (options.pools ?? []).map((pool) => ({ ...pool, match: [], formula: null })),
  };
}

/** What holds without a policy: nobody is ended. */
export function aLeashSettings(settings: Partial<LeashSettings> = {}): LeashSettings {
  return {
    policy: configOf("").policy,
    floors: builtInFloors,
    isEnforcing: false,
    audit: null,
    auditProblem: null,
    pause: null,
    ...settings,
  };
}

/** Watches a server as the daemon does, on a timer of the test's own. The test must `close()` it. */
export function watchServer(place: Place, options: WatchOptions = {}): Watched {
  const looks: Looked[] = [];
  const server = aServerConfig(place, options);
  const settings = {
    server,
    labelBudget: options.labelBudget ?? 200,
    commentKeys: options.commentKeys ?? [],
    leash: options.leash ?? aLeashSettings(),
  };
  const watch = createWatch({
    settings,
    leash: emptyLeash,
    opening: anOpening(),
    log: options.log ?? aLog().log,
    onChange: () => looks.push({ atMs: performance.now(), view: watch.view() }),
  });
  // A look under way is joined, not doubled.
  const period = options.everyMs ?? everyMs;
  const timer = period > 0 ? setInterval(() => void watch.look(), period) : undefined;
  return {
    look: () => watch.look(),
    view: () => watch.view(),
    looks,
    suspectsOf: (name) =>
      looks.flatMap(({ atMs, view }) =>
        (view.report === null ? [] : suspectBackends(view.report))
          .filter(({ backend }) => backend.applicationName === name)
          .map((suspect) => ({ atMs, suspect })),
      ),
    endsOf: (name) =>
      looks.flatMap(({ view }) => view.report?.events ?? []).flatMap((event) => endOf(event, name)),
    async close() {
      clearInterval(timer);
      await watch.close();
    },
  };
}

function endOf(event: EpisodeEvent, applicationName: string): readonly EpisodeEnd[] {
  if (event.type !== "ended") return [];
  return holderOf(event.episode).applicationName === applicationName ? [event.end] : [];
}

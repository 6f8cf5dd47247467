import type { Audit } from "../../src/act/audit.ts";
import { createLease } from "../../src/act/lease.ts";
import type { PauseWatch } from "../../src/act/pause-file.ts";
import { permitted, whyStop } from "../../src/act/permit.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import { cycle, firstRemembered } from "../../src/cycle.ts";
import type { Floors, Policy } from "../../src/decide/policy.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { firstView, viewAfterLook } from "../../src/expose/server-view.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { connect } from "../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { withSignalGrant } from "../../src/postgres/probe.ts";
import { narrate, nothingTold } from "../../src/watch/narrate.ts";
import { aConnection } from "./a-connection.ts";
import { aLog, type LogRecord } from "./a-log.ts";
import { quickThresholds } from "./a-watch.ts";

/** Nobody is too young: tests cannot wait for a minute. No configuration can say so. */
const noFloors: Floors = {
  idle_in_transaction_aborted: 0,
  idle_in_transaction: 0,
  stalled_client: 0,
  stale_active: 0,
  long_transaction: 0,
  never_used: 0,
  idle_too_long: 0,
};

export type LeashedWatchOptions = {
  readonly policy: Policy;
  readonly audit: Audit | null;
  readonly isEnforcing?: boolean;
  /** Of tests that are about none: 1 s and 2 s. */
  readonly thresholds?: ThresholdRules;
  readonly pause?: PauseWatch;
  /** Aborted once no further act is to be begun. */
  readonly stopping?: AbortSignal;
  /** How far apart looks are planned; long by default, so that a busy machine makes none too old to act on, and costs nobody the lease. */
  readonly pollSeconds?: number;
};

/** One process that watches a server under a policy, look by look. */
export type LeashedWatch = {
  look(): Promise<ServerView>;
  view(): ServerView;
  /** How sessions of this application ended, over all looks. */
  endsOf(applicationName: string): readonly string[];
  readonly records: readonly LogRecord[];
  /** From the next look on: what a reload that failed does. */
  holdBack(): void;
  close(): Promise<void>;
};

/** Watches as the daemon does, by the role `pgleash`, but for the floors, which only the core takes as an argument. */
export async function leashedWatch(
  server: Pick<EmbeddedPostgres, "socketFolder" | "port">,
  {
    policy,
    audit,
    pause,
    thresholds = quickThresholds,
    isEnforcing: isEnforcingFirst = true,
    stopping = new AbortController().signal,
    pollSeconds = 10,
  }: LeashedWatchOptions,
): Promise<LeashedWatch> {
  const lookTimeoutSeconds = 5;
  const place = { host: server.socketFolder, port: server.port };
  const { session, probe } = await connect(aConnection(place), {
    deadline: startDeadline(lookTimeoutSeconds),
    lookTimeoutSeconds,
  });
  let probed = probe;
  const lease = createLease();
  const { log, records } = aLog();
  const ends: (readonly [string | null, string])[] = [];
  let isEnforcing = isEnforcingFirst;
  let remembered = firstRemembered();
  let view = firstView("main", 1, policy);
  let told = nothingTold;
  let lastLookMs: number | null = null;

  async function look(): Promise<ServerView> {
    const deadline = startDeadline(lookTimeoutSeconds);
    const nowMs = performance.now();
    const means = {
      isEnforcing,
      lease,
      leaseDatabase: "postgres",
      pause: pause ?? null,
      audit,
      auditProblem: null,
    };
    const asking = { probe: probed, pollSeconds, deadline, nowSeconds: Date.now() / 1000 };
    const looked = await cycle(session, remembered, {
      probe: probed,
      thresholds,
      pools: [],
      commentKeys: [],
      gapSeconds: 30,
      sinceLastLookSeconds: lastLookMs === null ? null : (nowMs - lastLookMs) / 1000,
      isOutOfTurn: false,
      believesRows: false,
      deadline,
      leashing: {
        server: "main",
        policy,
        floors: noFloors,
        audit,
        pollSeconds,
        permit: (asked, { canSignal }) => permitted(asked, means, { ...asking, canSignal }),
        whyStop: (asked) => whyStop(asked, { pause: means.pause, stopping, nowSeconds: Date.now() / 1000 }),
        remember: (leash) => void (remembered = { ...remembered, leash }),
      },
    });
    lastLookMs = nowMs;
    remembered = looked.remembered;
    probed = withSignalGrant(probed, looked.reading.canSignal);
    const { report } = looked;
    for (const event of report.events)
      if (event.type === "ended" && "backend" in event.episode)
        ends.push([event.episode.backend.applicationName, event.end]);
    const { memory, decisions } = remembered;
    const before = view;
    const result = {
      report,
      probe: probed,
      tally: memory.tally,
      decisions,
      labelBudget: 200,
      commentKeys: [],
    };
    view = viewAfterLook(before, result);
    told = narrate(log, { before, after: view, told });
    return view;
  }

  return {
    look,
    view: () => view,
    endsOf: (name) => ends.flatMap(([applicationName, end]) => (applicationName === name ? [end] : [])),
    records,
    holdBack: () => void (isEnforcing = false),
    close: () => session.close(),
  };
}

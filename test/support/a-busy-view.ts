import { addEvents, emptyTally } from "../../src/classify/tally.ts";
import { nobodyExpected } from "../../src/classify/expected-sessions.ts";
import { addPlan, emptyDecisionTally } from "../../src/decide/tally.ts";
import type { Report } from "../../src/expose/report.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../../src/expose/server-view.ts";
import { noQuickLooks, type View } from "../../src/expose/view.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aBackend } from "./a-backend.ts";
import { aPolicy, aRule, noLimits } from "./a-case.ts";
import { aLeashReport } from "./a-leash-report.ts";
import { aCut, anEvidence, aSnapshot } from "./a-snapshot.ts";
import {
  aGroup,
  aHarm,
  anExpectedSession,
  anOvergrownPool,
  aPoolSuspect,
  aPoolUse,
  aPreparedSuspect,
  aProbe,
  aReport,
  aSuspect,
  aView,
} from "./a-view.ts";

const leaked = aSuspect({
  severity: "leaked",
  ageSeconds: 1300,
  harm: aHarm({ level: "blocking", blockedSessions: 7, horizonAge: 12_000, workAtRiskSeconds: 1 }),
  commentKeys: new Map([["route", '/checkout "now"\\']]),
});
const staleBackend = aBackend({
  id: { pid: 99, backendStart: "b" },
  state: "active",
  applicationName: "report",
});
const stale = aSuspect({ kind: "stale_active", certainty: "low", ageSeconds: 2400, backend: staleBackend });

const tally = addEvents(emptyTally, [
  { type: "suspected", episode: leaked },
  { type: "leaked", episode: leaked },
  { type: "suspected", episode: stale },
  { type: "ended", episode: aSuspect({ ageSeconds: 75 }), end: "returned" },
  { type: "ended", episode: aSuspect({ ageSeconds: 650 }), end: "vanished" },
  { type: "ended", episode: aSuspect({ kind: "stalled_client", ageSeconds: 400 }), end: "lost_sight" },
  { type: "suspected", episode: aPreparedSuspect() },
  { type: "suspected", episode: aPoolSuspect() },
]);

/** What was read beside the look, 20 s before it, with one database more than the budget admits. */
const evidence = anEvidence({
  takenAtSeconds: aSnapshot().takenAtSeconds - 20,
  preparedTransactions: [aPreparedSuspect().prepared],
  cut: aCut({ prepared_transactions: 2, lock_waiters: 7 }),
  connectionLimits: [
    { scope: "database", name: "shop", limit: 50 },
    { scope: "role", name: "app", limit: 40 },
  ],
  sessionEndings: ["shop", "audit", "cut off"].map((datname) => ({
    datname,
    killed: 1,
    abandoned: 20,
    fatal: 3,
  })),
});

/** Pools that leak: more of them than the budget admits, one of them declared. */
const pools: Report["suspects"] = [
  aPoolSuspect(),
  aPoolSuspect({
    pool: anOvergrownPool({
      name: "orders",
      holder: { datname: null, usename: "app", applicationName: null },
      leakedSessions: 12,
    }),
  }),
  aPoolSuspect({ pool: anOvergrownPool({ growth: null, leakedSessions: 5, excess: 4, name: "reports" }) }),
];

/** One rule, which ends the leaked session at once. */
const policy = aPolicy({
  rules: [aRule({ name: 'forgotten "orders"\\', maxWorkAtRiskSeconds: 60 })],
  limits: { ...noLimits, perLook: 1, perMinute: 5, perHour: 30 },
});

/**
 * A server with suspects of every subject and more holders than the budget admits, one of which was ended just now, and a
 * server that is down.
 */
export function aBusyView(): View {
  const groups = [
    aGroup({ sessions: 12 }),
    aGroup({
      state: "idle in transaction",
      sessions: 2,
      oldestXactSeconds: 1301.5,
      oldestStateSeconds: 1300,
    }),
    aGroup({ applicationName: "report", state: "active", sessions: 1, oldestXactSeconds: 2400 }),
    aGroup({ usename: 'o"brien\\', applicationName: "line\nfeed", sessions: 1 }),
    aGroup({ folded: true, datname: null, usename: null, applicationName: null, sessions: 7 }),
  ];
  const suspects = [leaked, stale, aPreparedSuspect(), ...pools];
  const leash = aLeashReport(suspects, { policy, situation: { groups } });
  const report = aReport({
    snapshot: aSnapshot({ groups, coverage: { ...aSnapshot().coverage, groupsFolded: 3 } }),
    suspects,
    leash,
    pools: [
      aPoolUse(),
      aPoolUse({ name: "reports", size: 2, maxOverflow: 0, active: 2, idle: 4, excess: 4 }),
    ],
    horizons: [
      { holder: "replication_slot", name: "forgotten", age: 1_250_000 },
      { holder: "session", name: "4242", age: 12_000 },
      { holder: "replication_slot_catalog", name: "cdc", age: 2_500_000 },
    ],
    preparedBlockedSessions: 3,
    expected: {
      sessions: [anExpectedSession()],
      markers: { ...nobodyExpected.markers, over: 1, capped: 2 },
    },
    exhaustions: [
      {
        scope: "server",
        name: "",
        limit: 97,
        used: 24,
        inSeconds: { estimate: 2400, lower: 1860, upper: 3120 },
      },
      {
        scope: "role",
        name: "app",
        limit: 40,
        used: 14,
        inSeconds: { estimate: 600, lower: 400, upper: 900 },
      },
    ],
    evidence,
  });
  const look = {
    report,
    probe: aProbe(),
    tally,
    decisions: addPlan(emptyDecisionTally, leash.plan, leash.results),
    labelBudget: 2,
    commentKeys: ["route", "job"],
  };
  const up = viewAfterLook(firstView("db1", 5, policy), look);
  const looks = { ...up.looks, begun: 7, connections: 1 };
  const quickLooks = { ...noQuickLooks, begun: 31, calledFor: 2 };
  const down = viewAfterFailure(firstView("db2", 30), new PostgresFailure("connect", "connection refused"));
  return aView({
    unrecordedLooks: 2,
    serversFile: { isSuccessful: false, lastSuccessSeconds: 1_799_999_500, refusedTargets: 3 },
    servers: [
      { ...up, looks, quickLooks, lastDurationSeconds: 0.0125, lastSuccessSeconds: 1_800_000_000.25 },
      down,
    ],
  });
}

import { addEvents, emptyTally } from "../../src/classify/tally.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../../src/expose/server-view.ts";
import type { View } from "../../src/expose/view.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aBackend } from "./a-backend.ts";
import { aSnapshot } from "./a-snapshot.ts";
import { aGroup, aProbe, aReport, aSuspect, aView } from "./a-view.ts";

const leaked = aSuspect({ severity: "leaked", ageSeconds: 1300 });
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
]);

/** A server with suspects of two kinds and more holders than the budget admits, and one that is down. */
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
  const coverage = { ...aSnapshot().coverage, groupsFolded: 3 };
  const report = aReport({ snapshot: aSnapshot({ groups, coverage }), suspects: [leaked, stale] });
  const up = viewAfterLook(firstView("db1", 5), { report, probe: aProbe(), tally, labelBudget: 2 });
  const looks = { ...up.looks, begun: 7, connections: 1 };
  const down = viewAfterFailure(firstView("db2", 30), new PostgresFailure("connect", "connection refused"));
  return aView({
    servers: [{ ...up, looks, lastDurationSeconds: 0.0125, lastSuccessSeconds: 1_800_000_000.25 }, down],
  });
}

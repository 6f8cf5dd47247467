import { expect, test } from "vitest";

import type { Looked } from "../../src/commands/looked.ts";
import { summary } from "../../src/commands/summary.ts";
import type { Report } from "../../src/expose/report.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import {
  aGroup,
  aPoolSuspect,
  aPoolUse,
  aPreparedSuspect,
  aReport,
  aServerView,
  aSuspect,
} from "../support/a-view.ts";

function looked(report: Partial<Report> | null, above: Looked["above"] = []): Looked {
  return { view: aServerView({ report: report === null ? null : aReport(report) }), above };
}

const calm = looked({});
const down = looked(null);
const snapshot = aSnapshot({ groups: [aGroup({ sessions: 1 })] });
const hiding = looked({
  snapshot: aSnapshot({ coverage: { ...aSnapshot().coverage, hiddenSessions: 4 }, groups: [aGroup()] }),
});

test.for([
  { servers: [calm], says: "0 of 3 sessions suspected" },
  { servers: [looked({ snapshot, suspects: [aSuspect()] })], says: "1 of 1 session suspected" },
  {
    servers: [looked({ suspects: [aSuspect(), aSuspect(), aPoolSuspect()] }), calm],
    says: "2 of 6 sessions and 1 pool suspected",
  },
  { servers: [looked({}, [aPoolUse(), aPoolUse()])], says: "0 of 3 sessions and 2 pools suspected" },
  {
    servers: [looked({ suspects: [aSuspect(), aPreparedSuspect(), aPoolSuspect()] }, [aPoolUse()])],
    says: "1 of 3 sessions, 1 prepared transaction and 2 pools suspected",
  },
  { servers: [hiding], says: "0 of 3 sessions suspected; 4 hidden from us" },
  { servers: [calm, down], says: "0 of 3 sessions suspected; 1 of 2 servers could not be looked at" },
  { servers: [down], says: "1 of 1 server could not be looked at" },
])("says $says", ({ servers, says }) => {
  expect(summary(servers)).toBe(says);
});

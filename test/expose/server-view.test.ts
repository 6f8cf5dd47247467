import { expect, test } from "vitest";

import { addEvents, emptyTally } from "../../src/classify/tally.ts";
import { everybodyElse, shownAs } from "../../src/expose/label-budget.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../../src/expose/server-view.ts";
import { failureReasons, PostgresFailure } from "../../src/postgres/failure.ts";
import { aBackend } from "../support/a-backend.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aGroup, aProbe, aReport, aSuspect } from "../support/a-view.ts";

const tally = addEvents(emptyTally, [{ type: "suspected", episode: aSuspect() }]);
const look = { report: aReport(), probe: aProbe(), tally, labelBudget: 10 };
const failure = new PostgresFailure("timeout", "no reply", { code: "57014" });
const who = (application_name: string) => ({ datname: "shop", usename: "app", application_name });

const at = (takenAtSeconds: number, applicationName: string, sessions: number) => ({
  ...look,
  labelBudget: 1,
  report: aReport({
    snapshot: aSnapshot({ takenAtSeconds, groups: [aGroup({ applicationName, sessions })] }),
  }),
});

test("a server that was not looked at yet has every count at 0 and nothing to show", () => {
  const view = firstView("db1", 5);
  expect(view).toMatchObject({ server: "db1", intervalSeconds: 5, probe: null, report: null, failure: null });
  expect(view.looks).toMatchObject({ begun: 0, connections: 0 });
  expect(Object.keys(view.looks.failures).toSorted()).toEqual(failureReasons.toSorted());
  expect(Object.values(view.looks.failures).every((count) => count === 0)).toBe(true);
});

test("a look that succeeds replaces what was seen, and the failure before it is over", () => {
  const after = viewAfterLook(viewAfterFailure(firstView("db1", 5), failure), look);
  expect(after).toMatchObject({ report: look.report, probe: look.probe, tally, failure: null });
  expect(after.looks.failures.timeout).toBe(1);
});

test("a look that fails takes the snapshot away; counters, probe and label sets stay", () => {
  const before = viewAfterLook(firstView("db1", 5), look);
  const after = viewAfterFailure(before, failure);
  expect(after.report).toBeNull();
  expect(after.failure).toEqual({ reason: "timeout", message: "no reply" });
  expect(after).toMatchObject({ tally, probe: look.probe, sessionLabels: before.sessionLabels });
});

test("failures are counted by their reason", () => {
  const auth = new PostgresFailure("auth", "refused");
  const view = [failure, auth, failure].reduce(viewAfterFailure, firstView("db1", 5));
  expect(view.looks.failures).toMatchObject({ timeout: 2, auth: 1, connect: 0 });
});

test("sessions and suspects have a budget each", () => {
  const suspects = [aSuspect({ backend: aBackend({ applicationName: "leaky" }) })];
  const report = aReport({
    snapshot: aSnapshot({ groups: [aGroup({ applicationName: "busy" })] }),
    suspects,
  });
  const { sessionLabels, suspectLabels } = viewAfterLook(firstView("db1", 5), {
    ...look,
    report,
    labelBudget: 1,
  });
  expect(shownAs(sessionLabels, who("busy"))).toEqual(who("busy"));
  expect(shownAs(sessionLabels, who("leaky"))).toBe(everybodyElse);
  expect(shownAs(suspectLabels, who("leaky"))).toEqual(who("leaky"));
});

test("the group that the server folded takes no place of the budget", () => {
  const folded = aGroup({ folded: true, datname: null, usename: null, applicationName: null, sessions: 500 });
  const report = aReport({
    snapshot: aSnapshot({ groups: [folded, aGroup({ applicationName: "small", sessions: 1 })] }),
  });
  const { sessionLabels } = viewAfterLook(firstView("db1", 5), { ...look, report, labelBudget: 1 });
  expect(shownAs(sessionLabels, who("small"))).toEqual(who("small"));
});

test("a holder keeps a place by the server's clock, over a look that failed", () => {
  const first = viewAfterLook(firstView("db1", 5), at(1000, "first", 1));
  const later = viewAfterLook(viewAfterFailure(first, failure), at(1000 + 3600, "newcomer", 99));
  expect(shownAs(later.sessionLabels, who("newcomer"))).toBe(everybodyElse);
  const muchLater = viewAfterLook(later, at(1000 + 3601, "newcomer", 99));
  expect(shownAs(muchLater.sessionLabels, who("newcomer"))).toEqual(who("newcomer"));
});

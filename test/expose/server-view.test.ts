import { describe, expect, test } from "vitest";

import { addEvents, emptyTally } from "../../src/classify/tally.ts";
import { emptyDecisionTally } from "../../src/decide/tally.ts";
import { everybodyElse, keyOf, shownAs } from "../../src/expose/label-budget.ts";
import type { Report } from "../../src/expose/report.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../../src/expose/server-view.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { failureReasons, PostgresFailure } from "../../src/postgres/failure.ts";
import { aBackend } from "../support/a-backend.ts";
import { anEvidence, aSnapshot } from "../support/a-snapshot.ts";
import { aGroup, anOvergrownPool, aPoolSuspect, aProbe, aReport, aSuspect } from "../support/a-view.ts";

const tally = addEvents(emptyTally, [{ type: "suspected", episode: aSuspect() }]);
const look = {
  report: aReport(),
  probe: aProbe(),
  tally,
  decisions: emptyDecisionTally,
  labelBudget: 10,
  commentKeys: [],
};
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
  expect(shownAs(sessionLabels, who("busy"), everybodyElse)).toEqual(who("busy"));
  expect(shownAs(sessionLabels, who("leaky"), everybodyElse)).toBe(everybodyElse);
  expect(shownAs(suspectLabels, who("leaky"), everybodyElse)).toEqual(who("leaky"));
});

test("the group that the server folded takes no place of the budget", () => {
  const folded = aGroup({ folded: true, datname: null, usename: null, applicationName: null, sessions: 500 });
  const report = aReport({
    snapshot: aSnapshot({ groups: [folded, aGroup({ applicationName: "small", sessions: 1 })] }),
  });
  const { sessionLabels } = viewAfterLook(firstView("db1", 5), { ...look, report, labelBudget: 1 });
  expect(shownAs(sessionLabels, who("small"), everybodyElse)).toEqual(who("small"));
});

test("a holder keeps a place by the server's clock, over a look that failed", () => {
  const first = viewAfterLook(firstView("db1", 5), at(1000, "first", 1));
  const later = viewAfterLook(viewAfterFailure(first, failure), at(1000 + 3600, "newcomer", 99));
  expect(shownAs(later.sessionLabels, who("newcomer"), everybodyElse)).toBe(everybodyElse);
  const muchLater = viewAfterLook(later, at(1000 + 3601, "newcomer", 99));
  expect(shownAs(muchLater.sessionLabels, who("newcomer"), everybodyElse)).toEqual(who("newcomer"));
});

describe("pools that leak", () => {
  test("have a budget of their own, and the one that leaks most gets the place", () => {
    const leaking = [3, 30].map((leakedSessions) =>
      aPoolSuspect({ pool: anOvergrownPool({ name: `pool-${leakedSessions}`, leakedSessions }) }),
    );
    const report = aReport({ suspects: [...leaking, aSuspect()] });
    const { poolLabels, suspectLabels } = viewAfterLook(firstView("db1", 5), {
      ...look,
      report,
      labelBudget: 1,
    });
    expect([...poolLabels.admitted.keys()]).toEqual([
      keyOf({ datname: "shop", usename: "orders", application_name: "orders-api", pool: "pool-30" }),
    ]);
    expect(shownAs(suspectLabels, who("web-1"), everybodyElse)).toEqual(who("web-1"));
  });
});

const suspects = [
  aSuspect({
    commentKeys: new Map([
      ["route", "/checkout"],
      ["job", "nightly"],
    ]),
  }),
  aPoolSuspect({ commentKeys: new Map([["route", "/cart"]]) }),
];
const seen = { ...look, report: aReport({ suspects }) };

function valuesUnder(commentKeys: readonly string[]): readonly string[] {
  return [
    ...viewAfterLook(firstView("db1", 5), { ...seen, commentKeys }).commentLabels.admitted.keys(),
  ].toSorted();
}

describe("what comments say", () => {
  test("takes places only under the keys that the operator named", () => {
    expect(valuesUnder([])).toEqual([]);
    expect(valuesUnder(["job"])).toEqual([keyOf({ key: "job", value: "nightly" })]);
    expect(valuesUnder(["route"])).toEqual([
      keyOf({ key: "route", value: "/cart" }),
      keyOf({ key: "route", value: "/checkout" }),
    ]);
  });

  test("of a key that is named no more gives its places to the new one at the next look", () => {
    const before = viewAfterLook(firstView("db1", 5), { ...seen, commentKeys: ["route"], labelBudget: 2 });
    const after = viewAfterLook(before, { ...seen, commentKeys: ["job"], labelBudget: 2 });
    expect([...after.commentLabels.admitted.keys()]).toEqual([keyOf({ key: "job", value: "nightly" })]);
    expect(after.commentKeys).toEqual(["job"]);
  });

  test("keeps its place while the keys stay", () => {
    const options = { commentKeys: ["route"], labelBudget: 2 };
    const before = viewAfterLook(firstView("db1", 5), { ...seen, ...options });
    const after = viewAfterLook(before, { ...look, ...options });
    expect([...after.commentLabels.admitted.keys()]).toEqual([...before.commentLabels.admitted.keys()]);
  });
});

const refused = aReport({ evidenceFailure: "permission denied" });

function withEvidenceTakenAt1000(takenAtSeconds: number): Report {
  return aReport({
    snapshot: aSnapshot({ takenAtSeconds }),
    evidence: anEvidence({ takenAtSeconds: 1000 }),
  });
}

function afterLooks(...reports: readonly Report[]): ServerView {
  return reports.reduce((view, report) => viewAfterLook(view, { ...look, report }), firstView("db1", 5));
}

describe("why there is no evidence", () => {
  test("is known until evidence comes, also over looks that ask for none and looks that fail", () => {
    expect(afterLooks(refused).evidenceFailure).toBe("permission denied");
    expect(afterLooks(refused, withEvidenceTakenAt1000(1010)).evidenceFailure).toBe("permission denied");
    expect(afterLooks(refused, aReport()).evidenceFailure).toBe("permission denied");
    expect(viewAfterFailure(afterLooks(refused), failure).evidenceFailure).toBe("permission denied");
  });

  test("is forgotten with evidence that was taken at this look", () => {
    expect(afterLooks(refused, withEvidenceTakenAt1000(1000)).evidenceFailure).toBeNull();
    expect(afterLooks(refused, withEvidenceTakenAt1000(999)).evidenceFailure).toBeNull();
  });
});

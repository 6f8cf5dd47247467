import { describe, expect, test } from "vitest";

import {
  byState,
  countedBy,
  oldest,
  sessionsIn,
  suspectBackends,
  suspectPools,
} from "../../src/expose/aggregate.ts";
import { backendStates } from "../../src/observe/snapshot.ts";
import { aGroup, aPoolSuspect, aPreparedSuspect, aReport, aSuspect } from "../support/a-view.ts";

test("every state has a sample, in the order of the states, 0 where nobody is in it", () => {
  const samples = byState([aGroup({ state: "active", sessions: 7 })], (groups) => groups.length);
  expect(samples.map(({ labels }) => labels["state"])).toEqual(backendStates);
  expect(samples.filter(({ value }) => value > 0)).toEqual([{ labels: { state: "active" }, value: 1 }]);
});

test("sessions are added up over their groups; none are none", () => {
  expect(sessionsIn([aGroup({ sessions: 7 }), aGroup({ sessions: 5, folded: true })])).toBe(12);
  expect(sessionsIn([])).toBe(0);
});

test("suspects are told apart by their subject", () => {
  const [backend, pool] = [aSuspect(), aPoolSuspect()];
  const report = aReport({ suspects: [aPreparedSuspect(), backend, pool] });
  expect([suspectBackends(report), suspectPools(report)]).toEqual([[backend], [pool]]);
});

test("items are counted by two values; what nobody has is 0", () => {
  const count = countedBy(["ab", "ab", "ac", "bb"], (item) => [item[0], item[1]]);
  expect(count("a", "b")).toBe(2);
  expect(count("a", "c")).toBe(1);
  expect(count("b", "b")).toBe(1);
  expect([count("b", "c"), count("c", "b")]).toEqual([0, 0]);
});

describe("oldest", () => {
  test("is the greatest of the known ages", () => {
    expect(oldest([3, null, 8, 5])).toBe(8);
  });

  test.for([[[]], [[null, null]]] as const)("is 0 for %j", ([ages]) => {
    expect(oldest(ages)).toBe(0);
  });
});

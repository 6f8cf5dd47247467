import { expect, test } from "vitest";

import { isHonest, leaks, type Label } from "../../../bench/verdict/labels/label.ts";
import type { Named, Recording } from "../../../bench/verdict/recorder/recording.ts";
import { outcomeOf } from "../../../bench/verdict/score/outcome.ts";
import { isWrong, scoreOf, sessionSum } from "../../../bench/verdict/score/score.ts";
import { aRow } from "./views.ts";

const who = { usename: "orders", applicationName: "orders" };
const told = { scenario: "a scenario", who, why: "It does something." };
const leak = leaks("idle_in_transaction", "vacuum", told);
const honest = isHonest(told);

const right: Named = { kind: "idle_in_transaction", severity: "leaked", harm: "vacuum", pid: 1, ...who };

/** Looks ten seconds apart, each naming these. */
function recordingOf(looks: readonly (readonly Named[])[]): Recording {
  return looks.map((named, index) => ({ atSeconds: 10 * index, named, rows: [aRow()], prepared: [] }));
}

function said(label: Label, looks: readonly (readonly Named[])[]): unknown {
  const outcome = outcomeOf(label, recordingOf(looks), { major: "18", stoodAt: 5, pids: [1] });
  return outcome?.said.get("pgleash");
}

test("a leak is found at the first look that calls it leaked, of its kind and harm", () => {
  const suspect: Named = { ...right, severity: "suspect" };
  expect(said(leak, [[], [suspect], [right], [right]])).toMatchObject({ leaks: true, afterSeconds: 15 });
});

test.each([
  ["nobody", []],
  ["a suspect", [{ ...right, severity: "suspect" as const }]],
  ["another kind", [{ ...right, kind: "long_transaction" as const }]],
  ["another harm", [{ ...right, harm: "slot" as const }]],
  ["somebody else's role", [{ ...right, usename: "reports" }]],
  ["somebody else's application", [{ ...right, applicationName: "reports" }]],
])("a leak is missed where the look names %s", (_, named) => {
  expect(said(leak, [named])).toMatchObject({ leaks: false });
});

test("honest work is a false alarm as whatever it is called leaked", () => {
  expect(said(honest, [[right]])).toMatchObject({ leaks: true, as: "idle_in_transaction, vacuum" });
  expect(said(honest, [[{ ...right, severity: "suspect" }]])).toMatchObject({ leaks: false });
});

test("what was never seen has no outcome", () => {
  const elsewhere = { ...leak, who: { ...who, applicationName: "another" } };
  expect(outcomeOf(elsewhere, recordingOf([[right]]), { major: "18", stoodAt: null, pids: null })).toBe(null);
});

test("precision and recall count each scenario once", () => {
  const at = { major: "18", stoodAt: 0, pids: null };
  const outcomes = [
    outcomeOf(leak, recordingOf([[right]]), at),
    outcomeOf(leak, recordingOf([[]]), at),
    outcomeOf(honest, recordingOf([[right]]), at),
    outcomeOf(honest, recordingOf([[]]), at),
    outcomeOf(honest, recordingOf([[]]), at),
  ].flatMap((outcome) => outcome ?? []);
  expect(scoreOf(outcomes, "pgleash")).toEqual({
    leaks: 2,
    found: 1,
    honest: 3,
    falseAlarms: 1,
    precision: 0.5,
    recall: 0.5,
    medianSeconds: 0,
  });
  expect(outcomes.map((outcome) => isWrong(outcome, "pgleash"))).toEqual([false, true, true, false, false]);
});

test("who says nothing has no precision, and whoever had nothing to find no recall", () => {
  expect(scoreOf([], "pgleash")).toMatchObject({ precision: null, recall: null, medianSeconds: null });
});

function sessions(label: Label, pids: readonly number[] | null, ...named: readonly Named[]): unknown {
  return outcomeOf(label, recordingOf([named, named]), { major: "18", stoodAt: 0, pids })?.sessions;
}

test("by session: whoever leaked is to be named, and nobody else", () => {
  const another = { ...right, pid: 2 };
  expect(sessions(leak, [1, 3], right, another)).toEqual({ leaked: 2, named: 1, wronged: 1 });
  expect(sessions(leak, [1], { ...right, severity: "suspect" })).toEqual({ leaked: 1, named: 0, wronged: 0 });
  expect(sessions(leak, null, right)).toBe(null);
  // Of honest work nobody is to be named, whatever its program says.
  expect(sessions(honest, null, right)).toEqual({ leaked: 0, named: 0, wronged: 1 });
  const pool = leaks("pool_overgrown", "slot", told);
  expect(sessions(pool, [1, 2], { ...right, kind: "pool_overgrown", pid: null })).toMatchObject({
    leaked: 0,
  });
  expect(sessionSum([])).toEqual({ leaked: 0, named: 0, wronged: 0 });
});

import { describe, expect, test } from "vitest";

import { expectedOf, judgeMarker, longerOf, type Expectation } from "../../src/classify/expectation.ts";
import { backendKinds } from "../../src/classify/kind.ts";
import type { ExpectedWork, MarkerAllowance } from "../../src/classify/thresholds.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { anIdleTransaction } from "../support/a-sighting.ts";

const allowance: MarkerAllowance = {
  matches: ({ usename }) => usename === "app",
  atMostSeconds: 3600,
  inAllSeconds: 10_000,
};

function saying(marker: string, overrides: Partial<Backend> = {}): Backend {
  const statement = { head: `/* pgleash:expect=${marker} */ SELECT 1`, tail: null, isCut: false };
  return anIdleTransaction({
    statement,
    querySeconds: 100,
    stateSeconds: 90,
    xactSeconds: 200,
    ...overrides,
  });
}

function judged(backend: Backend, allowed: MarkerAllowance = allowance) {
  const marker = judgeMarker(backend, [], [allowed]);
  return [marker?.result, marker?.promise?.leftSeconds];
}

describe("E36: the marker of a session", () => {
  test("holds from the start of its statement", () => {
    expect(judged(saying("10m"))).toEqual(["held", 500]);
    expect(judgeMarker(saying("10m"), [], [allowance])?.promise).toEqual({
      source: "comment",
      leftSeconds: 500,
      reason: null,
    });
  });

  test("is over once its time is, to the second", () => {
    expect(judged(saying("100s"))).toEqual(["over", undefined]);
    expect(judged(saying("101s"))).toEqual(["held", 1]);
    expect(judged(saying("10m", { querySeconds: 600 }))).toEqual(["over", undefined]);
  });

  test("is believed for at_most, however much it says", () => {
    for (const marker of ["2h", "999999d"]) expect(judged(saying(marker))).toEqual(["capped", 3500]);
    expect(judged(saying("1h"))).toEqual(["held", 3500]);
    expect(judged(saying("2h", { querySeconds: 3600 }))).toEqual(["over", undefined]);
  });

  test("is believed for in_all from the start of the transaction, however often it is renewed", () => {
    expect(judged(saying("1h", { xactSeconds: 9000, querySeconds: 0 }))).toEqual(["capped", 1000]);
    expect(judged(saying("1h", { xactSeconds: 10_000, querySeconds: 0 }))).toEqual(["over", undefined]);
    // One that failed may have no start: its statements begin its idle time anew, and no more is needed.
    const failed = { state: "idle in transaction (aborted)", xactSeconds: null } as const;
    expect(judged(saying("1h", { ...failed, querySeconds: 0 }))).toEqual(["held", 3600]);
  });

  test("in the application name counts from the last statement, or from the start of the session", () => {
    const named = { statement: null, applicationName: "books pgleash:expect=10m" };
    expect(judged(saying("", named))).toEqual(["held", 500]);
    const never = { ...named, state: "idle", querySeconds: null, xactSeconds: null } as const;
    expect(judged(saying("", never))).toEqual(["held", 510]);
    expect(judged(saying("", { ...never, stateSeconds: null }))).toEqual(["over", undefined]);
  });

  test("is nothing that nobody allowed, and not even read where nobody may", () => {
    expect(judged(saying("10m", { usename: "other" }))).toEqual(["not_allowed", undefined]);
    expect(judged(saying("10m", { usename: null }))).toEqual(["not_allowed", undefined]);
    expect(judged(saying("soon", { usename: "other" }))).toEqual(["not_allowed", undefined]);
    expect(judgeMarker(saying("10m"), [], [])).toBeNull();
    expect(judgeMarker(anIdleTransaction(), [], [allowance])).toBeNull();
  });

  test("is believed as far as the first allowance that matches says", () => {
    const wide = { ...allowance, atMostSeconds: 86_400, inAllSeconds: 86_400 };
    expect(judgeMarker(saying("2h"), [], [allowance, wide])?.result).toBe("capped");
    expect(judgeMarker(saying("2h"), [], [wide, allowance])?.result).toBe("held");
  });

  test("gains nothing from a statement that begins after the look, or from a clock that was set back", () => {
    for (const querySeconds of [-0.5, -7200])
      expect(judged(saying("2h", { querySeconds, xactSeconds: querySeconds }))).toEqual(["capped", 3600]);
    expect(judged(saying("1h", { querySeconds: 0, xactSeconds: -7200 }))).toEqual(["held", 3600]);
  });

  test("loses nothing to a clock that was set ahead", () => {
    const jumps = [{ agoSeconds: 50, seconds: 3600 }];
    const backend = saying("10m", { querySeconds: 3700, xactSeconds: 3800 });
    expect(judged(backend)).toEqual(["over", undefined]);
    expect(judgeMarker(backend, jumps, [allowance])).toMatchObject({
      result: "held",
      promise: { leftSeconds: 500 },
    });
  });
});

describe("what the operator expects", () => {
  const work: ExpectedWork = {
    matches: ({ usename }) => usename === "app",
    kinds: ["idle_in_transaction"],
    forSeconds: 600,
    reason: "month end",
  };
  const idle = { kind: "idle_in_transaction", ageSeconds: 90 } as const;

  test("lasts until the age of the kind, and no longer", () => {
    const found = { source: "configuration", leftSeconds: 510, reason: "month end" };
    expect(expectedOf(saying("1h"), idle, [work])).toEqual(found);
    expect(expectedOf(saying("1h"), { ...idle, ageSeconds: 600 }, [work])).toBeNull();
  });

  test("is of the kinds that it names, and of nobody else", () => {
    for (const kind of backendKinds.filter((one) => one !== "idle_in_transaction"))
      expect(expectedOf(saying("1h"), { ...idle, kind }, [work])).toBeNull();
    expect(expectedOf(saying("1h", { usename: "other" }), idle, [work])).toBeNull();
    expect(expectedOf(saying("1h"), idle, [])).toBeNull();
  });

  test("is what the first item says that matches and names the kind", () => {
    const [other, shorter] = [
      { ...work, kinds: ["stale_active"] as const },
      { ...work, forSeconds: 100 },
    ];
    expect(expectedOf(saying("1h"), idle, [other, shorter, work])?.leftSeconds).toBe(10);
    expect(expectedOf(saying("1h"), { ...idle, ageSeconds: 100 }, [shorter, work])).toBeNull();
  });
});

test("of two that expect a session, the one that lasts for longer holds", () => {
  const short: Expectation = { source: "configuration", leftSeconds: 5, reason: null };
  const long: Expectation = { source: "comment", leftSeconds: 6, reason: null };
  expect([longerOf(short, long), longerOf(long, short)]).toEqual([long, long]);
  expect([longerOf(null, short), longerOf(short, null), longerOf(null, null)]).toEqual([short, short, null]);
});

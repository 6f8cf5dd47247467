import { describe, expect, test } from "vitest";
import { classify, type Verdict } from "../../src/classify/classify.ts";
import { emptyMemory, followedPids } from "../../src/classify/memory.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import type { Backend, Snapshot } from "../../src/observe/snapshot.ts";
import { anIdleTransaction, aRunningStatement } from "../support/a-sighting.ts";
import { aLook, aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { judging, rules, thresholds } from "../support/thresholds.ts";

/** The verdicts over a sequence of looks. */
function judge(looks: readonly Snapshot[], judgedBy: ThresholdRules = rules): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const look of looks) {
    const memory = verdicts.at(-1)?.memory ?? emptyMemory();
    verdicts.push(classify(lookOf(look), memory, { ...judging, thresholds: judgedBy }));
  }
  return verdicts;
}

/** What happened on each look: `suspected`, `leaked`, or how an episode ended, with its kind. */
function story(looks: readonly Snapshot[], judgedBy?: ThresholdRules): readonly string[][] {
  return judge(looks, judgedBy).map(({ events }) =>
    events.map((event) => `${event.episode.kind} ${event.type === "ended" ? event.end : event.type}`),
  );
}

/** A transaction idle since second 0, at second `at`. */
function forgotten(at: number, overrides: Partial<Backend> = {}): Backend {
  return anIdleTransaction({ stateSeconds: at, xactSeconds: at, ...overrides });
}

/** A COPY that has waited on its client since second 0, at second `at`. */
function stalledCopy(at: number): Backend {
  return aRunningStatement({
    waitEventType: "Client",
    waitEvent: "ClientRead",
    querySeconds: at,
    xactSeconds: at,
    stateSeconds: at,
    progress: { command: "COPY", counter: "10/1" },
  });
}

/** A transaction at work since second 0, at second `at`. */
function working(at: number, state: Backend["state"]): Snapshot {
  return aLook(at, forgotten(at, { stateSeconds: 0, state }));
}

/** A statement running since second 0, at second `at`. */
function statement(at: number, overrides: Partial<Backend> = {}): Snapshot {
  return aLook(at, aRunningStatement({ querySeconds: at, stateSeconds: at, xactSeconds: at, ...overrides }));
}

describe("a forgotten transaction", () => {
  test("is suspected at its first threshold, leaked at its second, each once", () => {
    const looks = [9, 10, 20, 30, 40, 50, 60, 70].map((at) => aLook(at, forgotten(at)));
    const [suspected, leaked] = [["idle_in_transaction suspected"], ["idle_in_transaction leaked"]];
    expect(story(looks)).toEqual([[], suspected, [], [], [], [], leaked, []]);
  });

  test("that is already old when it is first seen is suspected and leaked at once", () => {
    expect(story([aLook(300, forgotten(300))])).toEqual([
      ["idle_in_transaction suspected", "idle_in_transaction leaked"],
    ]);
  });

  test("says who, since when, how long, how sure and how often", () => {
    const suspect = judge([aLook(10, forgotten(10)), aLook(20, forgotten(20))]).at(-1)?.suspects[0];
    expect(suspect).toMatchObject({
      kind: "idle_in_transaction",
      severity: "suspect",
      certainty: "high",
      ageSeconds: 20,
      sightings: 2,
      firstSeenSeconds: 1_800_000_010,
      backend: { applicationName: "web-1", usename: "app", datname: "shop" },
    });
  });

  test("is followed by its pid, so that the next look returns it whatever it does", () => {
    const { memory } = judge([aLook(10, forgotten(10))])[0] ?? { memory: emptyMemory() };
    expect(followedPids(memory)).toEqual([4242]);
  });
});

describe("an episode ends", () => {
  const first = aLook(10, forgotten(10));
  const lastOf = (second: Snapshot): readonly string[] | undefined => story([first, second]).at(-1);

  test("as returned when the session went on", () => {
    expect(lastOf(aLook(20, anIdleTransaction({ state: "idle" })))).toEqual(["idle_in_transaction returned"]);
  });

  test("as returned when the same transaction is idle again, and begins anew when that is old", () => {
    const again = forgotten(20, { stateChange: "2026-01-01 00:00:05+00", stateSeconds: 15 });
    expect(lastOf(aLook(20, again))).toEqual([
      "idle_in_transaction returned",
      "idle_in_transaction suspected",
    ]);
  });

  test("as vanished when its row is gone", () => {
    expect(lastOf(aLook(20))).toEqual(["idle_in_transaction vanished"]);
  });

  test("as vanished when its pid belongs to another backend", () => {
    const other = forgotten(20, {
      id: { pid: 4242, backendStart: "2026-01-02 00:00:00+00" },
      stateSeconds: 1,
      xactSeconds: 1,
    });
    expect(lastOf(aLook(20, other))).toEqual(["idle_in_transaction vanished"]);
  });

  test("as lost_sight when its row is gone while sessions are hidden from us", () => {
    const coverage = { ...aSnapshot().coverage, hiddenSessions: 3 };
    expect(lastOf({ ...aLook(20), coverage })).toEqual(["idle_in_transaction lost_sight"]);
  });

  test.for<[string, Partial<Snapshot>]>([
    ["the server was restarted", { postmasterStart: "2026-11-20 09:00:00+00" }],
    ["a standby was promoted", { standby: true }],
    ["the looks had a gap", { takenAtSeconds: 1_800_000_041 }],
    ["the server's clock was set back", { takenAtSeconds: 1_799_999_000 }],
  ])("as lost_sight when %s, even if the row is still there", ([, overrides]) => {
    const events = lastOf({ ...aLook(20, forgotten(20)), ...overrides });
    expect(events).toEqual(["idle_in_transaction lost_sight", "idle_in_transaction suspected"]);
  });

  test("not at all when the look could not see its kind", () => {
    const coverage = { ...aSnapshot().coverage, sights: ["statements" as const] };
    expect(lastOf({ ...aLook(20), coverage })).toEqual([]);
  });
});

describe("a backend that fits several kinds", () => {
  test("is named once, by the first in the order of precedence", () => {
    const stalled = aRunningStatement({
      waitEventType: "Client",
      waitEvent: "ClientWrite",
      querySeconds: 100,
      xactSeconds: 900,
    });
    const single = { ...judging, believesRows: true };
    const { suspects } = classify(lookOf(aLook(100, stalled)), emptyMemory(), single);
    expect(suspects.map(({ kind }) => kind)).toEqual(["stalled_client"]);
  });

  test("keeps its long transaction's episode open while an idle period outranks it", () => {
    const busy = { queryStart: "2026-01-01 00:01:00+00", stateChange: "2026-01-01 00:01:00+00" };
    const looks = [
      aLook(60, forgotten(60, { ...busy, stateSeconds: 0 })),
      aLook(75, forgotten(75, { ...busy, stateSeconds: 15 })),
      aLook(80, anIdleTransaction({ state: "idle", xactStart: null })),
    ];
    expect(story(looks)).toEqual([
      ["long_transaction suspected", "long_transaction leaked"],
      ["idle_in_transaction suspected"],
      ["long_transaction returned", "idle_in_transaction returned"],
    ]);
  });

  test("counts as one leak: a transaction that worked for a while and was then forgotten is idle, not long", () => {
    const looks = [30, 50, 70, 90].map((at) => aLook(at, forgotten(at, { stateSeconds: at - 20 })));
    expect(story(looks).flat()).toEqual(["idle_in_transaction suspected", "idle_in_transaction leaked"]);
  });

  test("keeps its long transaction through an error inside a savepoint", () => {
    const looks = [
      working(20, "active"),
      working(30, "idle in transaction (aborted)"),
      working(40, "active"),
    ];
    expect(story(looks).flat()).toEqual(["long_transaction suspected"]);
  });
});

describe("a victim of a lock", () => {
  const locked = { waitEventType: "Lock", waitEvent: "transactionid" };

  test("is not called leaked when its lock arrives: its age counts from the end of the wait", () => {
    expect(story([statement(300, locked), statement(305)]).flat()).toEqual([]);
    expect(story([statement(300, locked), statement(305), statement(311)]).flat()).toEqual([
      "stale_active suspected",
    ]);
  });

  test("is no long transaction either, when its next statements follow", () => {
    const next = { stateSeconds: 1, querySeconds: 1, queryStart: "2026-01-01 00:10:00+00" };
    expect(story([statement(300, locked), statement(305, next)]).flat()).toEqual([]);
  });

  test("of another transaction of the same session has no excuse left", () => {
    const other = { xactStart: "2026-01-01 00:10:00+00", queryStart: "2026-01-01 00:10:00+00" };
    expect(story([statement(5, locked), statement(15, { ...other, querySeconds: 11 })]).flat()).toEqual([
      "stale_active suspected",
    ]);
  });
});

test("after a gap a stream that was seen running is not believed to have stalled all along", () => {
  const streaming = { waitEventType: "Client", waitEvent: "ClientWrite" };
  expect(story([aLook(0), statement(1850, streaming), statement(1855, streaming)]).flat()).toEqual([]);
});

test("a long statement that waits for a lock for a while stays the same episode, unreported meanwhile", () => {
  const locked = { waitEventType: "Lock", waitEvent: "tuple" };
  const looks = [10, 20, 30].map((at) =>
    aLook(at, aRunningStatement({ querySeconds: at, stateSeconds: at, ...(at === 20 ? locked : {}) })),
  );
  expect(story(looks)).toEqual([["stale_active suspected"], [], []]);
  // Its age counts anew after the wait.
  expect(judge(looks).map(({ suspects }) => suspects.length)).toEqual([1, 0, 1]);
});

test("a COPY seen stalled before a gap in looking may have moved in it: its wait counts anew", () => {
  const looks = [
    aLook(-5),
    aLook(5, stalledCopy(5)),
    aLook(15, stalledCopy(15)),
    aLook(100, stalledCopy(100)),
  ];
  expect(story(looks)).toEqual([[], [], ["stalled_client suspected"], ["stalled_client lost_sight"]]);
});

test("a kind that is turned off is never named", () => {
  const off = { ...thresholds.idle_in_transaction, enabled: false };
  const judgedBy = {
    defaults: { ...thresholds, idle_in_transaction: off },
    overrides: [],
    expected: [],
    markers: [],
  };
  expect(story([aLook(300, forgotten(300))], judgedBy)).toEqual([[]]);
});

test("a leak stays leaked when a reload raises the threshold above its age", () => {
  const first = judge([aLook(60, forgotten(60))])[0]?.memory ?? emptyMemory();
  const patient = { ...thresholds.idle_in_transaction, leakedAfterSeconds: 3600 };
  const options = {
    ...judging,
    thresholds: {
      defaults: { ...thresholds, idle_in_transaction: patient },
      overrides: [],
      expected: [],
      markers: [],
    },
  };
  const [suspect] = classify(lookOf(aLook(70, forgotten(70))), first, options).suspects;
  expect(suspect).toMatchObject({ severity: "leaked", severityNow: "suspect" });
});

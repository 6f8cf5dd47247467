import { describe, expect, test } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { slotOnly } from "../../src/classify/harm.ts";
import {
  afterEnd,
  afterLook,
  leaksOf,
  runFrom,
  stillOpen,
  type LeakRules,
  type RunSoFar,
} from "../../src/leak-check/run-so-far.ts";
import type { Seen } from "../../src/leak-check/seen.ts";
import type { UnseenSessions } from "../../src/leak-check/unseen-sessions.ts";
import { aHolder, aSession, instantAt, seenAt } from "../support/a-run.ts";
import { aPrepared } from "../support/a-snapshot.ts";

const rules: LeakRules = {
  heldSeconds: 10,
  untouchedSeconds: Infinity,
  isOurs: () => true,
  mayBeOurs: () => true,
  whyNobody: null,
};

/** The run after these looks, the first of which comes before the command. */
function runOf(looks: readonly Seen[], by: LeakRules = rules): RunSoFar {
  const [first = seenAt(0), ...others] = looks;
  return others.reduce((run, look) => afterLook(run, look, by), runFrom(first));
}

/** Each leak as `pid way age`. */
function told(run: RunSoFar): readonly string[] {
  return leaksOf(run).map(({ way, suspect }) =>
    "backend" in suspect ? `${suspect.backend.id.pid} ${way} ${suspect.ageSeconds}` : way,
  );
}

describe("while the command runs", () => {
  test("a session that is idle in a transaction for as long as the limit leaks, and one that is not does not", () => {
    const held = aHolder(7, 1, 10);
    const short = aHolder(8, 1, 9.9);
    expect(told(runOf([seenAt(0), seenAt(11, [held, short]), seenAt(12)]))).toEqual(["7 held 10"]);
  });

  test("an aborted transaction is idle as well", () => {
    const held = { ...aHolder(7, 1, 30), state: "idle in transaction (aborted)" as const };
    const [leak] = leaksOf(runOf([seenAt(0), seenAt(31, [held]), seenAt(32)]));
    expect(leak).toMatchObject({ way: "held", suspect: { kind: "idle_in_transaction_aborted" } });
  });

  test("a statement that runs for long, and an idle session, are no leaks", () => {
    const busy = aSession(7, 1, { state: "active", stateSeconds: 900 });
    const idle = aSession(8, 1, { stateSeconds: 900 });
    expect(told(runOf([seenAt(0), seenAt(901, [busy, idle]), seenAt(902)]))).toEqual([]);
  });

  test("an idle session, used or not, is a leak by a limit of its own", () => {
    const used = aSession(7, 1, { stateSeconds: 40 });
    const unused = aSession(8, 1, { queryStart: null, stateSeconds: 30 });
    const young = aSession(9, 1, { stateSeconds: 29 });
    const run = runOf([seenAt(0), seenAt(41, [used, unused, young]), seenAt(42)], {
      ...rules,
      untouchedSeconds: 30,
    });
    expect(told(run)).toEqual(["7 untouched 40", "8 untouched 30"]);
    expect(leaksOf(run).map(({ suspect }) => suspect.kind)).toEqual(["idle_too_long", "never_used"]);
  });

  test("a session is told once, at its greatest age", () => {
    const again = { ...aHolder(7, 1, 11), stateChange: instantAt(19) };
    const looks = [seenAt(11, [aHolder(7, 1, 10)]), seenAt(15, [aHolder(7, 1, 14)]), seenAt(30, [again])];
    expect(told(runOf([seenAt(0), ...looks, seenAt(31)]))).toEqual(["7 held 14"]);
  });

  test("who was there before is nobody's leak, whatever it does; a pid that is used again is another session", () => {
    const before = aHolder(7, -100, 500);
    const anew = aHolder(7, 1, 20);
    expect(told(runOf([seenAt(0, [before]), seenAt(20, [before]), seenAt(21, [before])]))).toEqual([]);
    expect(told(runOf([seenAt(0, [before]), seenAt(22, [anew]), seenAt(23)]))).toEqual(["7 held 20"]);
  });

  test("others are counted, and not judged", () => {
    const ours = {
      ...rules,
      isOurs: ({ applicationName }: { applicationName: string | null }) => applicationName === "shop",
    };
    const mine = { ...aHolder(7, 1, 20), applicationName: "shop" };
    const other = { ...aHolder(8, 1, 20), applicationName: "report" };
    const run = runOf(
      [seenAt(0), seenAt(21, [mine, other]), seenAt(22, [mine, other]), seenAt(23, [other])],
      ours,
    );
    expect(told(run)).toEqual(["7 held 20"]);
    expect([run.sessionsSeen, run.strangersSeen]).toEqual([1, 1]);
  });

  test("sessions are counted as they come, at looks that see the same ones again", () => {
    const run = runOf([
      seenAt(0),
      seenAt(1, [aSession(7, 0.5)]),
      seenAt(2, [aSession(7, 0.5), aSession(8, 1.5)]),
      seenAt(3, [aSession(9, 2.5)]),
    ]);
    expect(run.sessionsSeen).toBe(3);
  });

  test("a thousand leaks are enough to tell", () => {
    const holders = Array.from({ length: 1200 }, (_unit, index) => aHolder(index + 1, 1, 20));
    const run = runOf([seenAt(0), seenAt(21, holders), seenAt(22)]);
    expect([leaksOf(run).length, run.hasMoreLeaks]).toEqual([1000, true]);
  });
});

/** The leaks where the last look before the end, and the first after it, are these, and nobody is left once the grace is over. */
function atEnd(before: Seen, after: Seen): readonly string[] {
  const run = runOf([seenAt(0), before]);
  const ended = afterEnd(run, afterLook(run, after, rules), rules);
  return told(afterLook(ended, seenAt(9), rules));
}

describe("when the command ends", () => {
  test("a transaction that is idle then was not finished, and is a leak although its session goes with the command", () => {
    expect(atEnd(seenAt(5, [aHolder(7, 3, 2)]), seenAt(5.1))).toEqual(["7 unfinished 2"]);
  });

  test("one that went somewhat before the command did so as well, and one that went long before did not", () => {
    const holding = runOf([seenAt(0), seenAt(8, [aHolder(7, 1, 7)])]);
    const gone = afterLook(holding, seenAt(8.2), rules);
    expect(told(afterEnd(gone, afterLook(gone, seenAt(8.9), rules), rules))).toEqual(["7 unfinished 7"]);
    expect(told(afterEnd(gone, afterLook(gone, seenAt(9.2), rules), rules))).toEqual([]);
  });

  test("one that had not idled for long may have been finished since", () => {
    expect(atEnd(seenAt(5, [aHolder(7, 3.1, 1.9)]), seenAt(5.1))).toEqual([]);
  });

  test("one that idled for no longer than looks let pass may have been finished since", () => {
    expect(atEnd(seenAt(5, [aHolder(7, 2.9, 2.1)]), seenAt(5.8))).toEqual([]);
    expect(atEnd(seenAt(5, [aHolder(7, 2.5, 2.5)]), seenAt(5.8))).toEqual(["7 unfinished 2.5"]);
  });

  test("one that idles on behind the end was not finished, unless it is as short as those of a process that lives on", () => {
    const before = seenAt(5, [aHolder(7, 4.8, 0.2)]);
    expect(atEnd(before, seenAt(6.8, [aHolder(7, 4.8, 2)]))).toEqual(["7 unfinished 2"]);
    expect(atEnd(before, seenAt(6.7, [aHolder(7, 4.8, 1.9)]))).toEqual([]);
  });

  test("a session that changes hands is not gone", () => {
    const ours = { ...rules, isOurs: ({ usename }: { usename: string | null }) => usename === "mine" };
    const mine = { ...aHolder(7, 1, 4), usename: "mine" };
    const run = runOf([seenAt(0), seenAt(5, [mine])], ours);
    const after = afterLook(run, seenAt(5.1, [{ ...mine, usename: "other" }]), ours);
    expect(told(afterEnd(run, after, ours))).toEqual([]);
  });

  test("one that was held for too long before is told as that, which was seen", () => {
    expect(atEnd(seenAt(15, [aHolder(7, 1, 14)]), seenAt(15.1))).toEqual(["7 held 14"]);
  });

  test("who has gone on since was not left", () => {
    expect(atEnd(seenAt(5, [aHolder(7, 4, 1)]), seenAt(5.1, [aSession(7, 4)]))).toEqual([]);
  });

  test("idle sessions go with their process", () => {
    expect(atEnd(seenAt(5, [aSession(7, 1, { stateSeconds: 4 })]), seenAt(5.1))).toEqual([]);
  });

  test("a short limit holds then as well", () => {
    const short = { ...rules, heldSeconds: 0.2 };
    const run = runOf([seenAt(0), seenAt(5, [aHolder(7, 4.9, 0.19)])], short);
    expect(told(afterEnd(run, afterLook(run, seenAt(5.01), short), short))).toEqual([]);
    const later = runOf([seenAt(0), seenAt(5, [aHolder(7, 4.7, 0.3)])], { ...rules, heldSeconds: 0.4 });
    const quick = { ...rules, heldSeconds: 0.25 };
    expect(told(afterEnd(later, afterLook(later, seenAt(5.01), quick), quick))).toEqual(["7 unfinished 0.3"]);
  });
});

function unseen(why: UnseenSessions["why"], sessions: number, usename = "shop"): UnseenSessions {
  const holder = {
    datname: "shop",
    usename,
    applicationName: "",
    clientAddr: null,
    pooledClientAddr: null,
  };
  return { why, holder, sessions };
}

/** A transaction that was prepared so many seconds after the look before the command. */
function prepared(gid: string, seconds: number): Episode {
  return {
    kind: "prepared_transaction",
    prepared: aPrepared({ gid, preparedAt: instantAt(seconds) }),
    severity: "leaked",
    severityNow: "leaked",
    certainty: "high",
    period: gid,
    ageSeconds: 1,
    harm: slotOnly,
    commentKeys: new Map(),
    hasCurrentKeys: false,
    redactedStatement: null,
    expectation: null,
    mayDeclare: false,
    sightings: 1,
    firstSeenSeconds: 0,
  };
}

describe("once the grace is over", () => {
  test.for([
    [{}, "idle_too_long"],
    [{ queryStart: null }, "never_used"],
    [{ state: "idle in transaction" }, "idle_in_transaction"],
    [{ state: "active" }, "stale_active"],
    [{ state: "active", waitEventType: "Lock" }, "stale_active"],
  ] as const)("who is still there leaked: %j is %s", ([overrides, kind]) => {
    const run = runOf([seenAt(0), seenAt(9, [aSession(7, 1, overrides)])]);
    expect(stillOpen(run)).toHaveLength(1);
    expect(leaksOf(run)).toMatchObject([{ way: "left_open", suspect: { kind } }]);
  });

  test("that says more than how it idled before, and comes first", () => {
    const both = [aHolder(7, 1, 20), aHolder(8, 1, 30)];
    const run = runOf([seenAt(0), seenAt(31, both), seenAt(32, [aSession(7, 1)])]);
    expect(told(run)).toEqual(["7 left_open 1", "8 held 30"]);
  });

  test("a transaction that the command prepared, and nobody finished, leaked too", () => {
    const both = [prepared("old", -5), prepared("new", 5)];
    const run = runOf([seenAt(0, [], { prepared: both.slice(0, 1) }), seenAt(9, [], { prepared: both })]);
    expect(leaksOf(run)).toMatchObject([{ way: "left_open", suspect: { prepared: { gid: "new" } } }]);
  });

  test("one that may be the command's is no leak, and is told", () => {
    const picky = { ...rules, isOurs: () => false };
    const looks = [seenAt(0), seenAt(9, [], { prepared: [prepared("old", -5), prepared("new", 5)] })];
    const run = runOf(looks, picky);
    expect([leaksOf(run), stillOpen(run), run.preparedInDoubt]).toEqual([[], [], 1]);
    expect(runOf(looks, { ...picky, mayBeOurs: () => false }).preparedInDoubt).toBe(0);
  });

  test("what was unseen at any look since the command began is known, and what the last one left out", () => {
    const run = runOf([
      seenAt(0, [], { unseen: [unseen("hidden", 9)], sessionsCut: 9 }),
      seenAt(1, [], { unseen: [unseen("hidden", 2), unseen("hidden", 3), unseen("untracked", 1)] }),
      seenAt(2, [], { unseen: [unseen("hidden", 1)] }),
    ]);
    expect(run).toMatchObject({ mostUnseen: { hidden: 5, untracked: 1 }, sessionsCut: 0 });
  });

  test("the unseen sessions of others are no doubt", () => {
    const picky = {
      ...rules,
      mayBeOurs: ({ usename }: { usename: string | null }) => usename !== "other",
    };
    const look = seenAt(1, [], { unseen: [unseen("hidden", 2), unseen("hidden", 3, "other")] });
    expect(runOf([seenAt(0), look], picky).mostUnseen).toEqual({ hidden: 2, untracked: 0 });
  });
});

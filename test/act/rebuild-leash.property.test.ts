import * as fc from "fast-check";
import { expect, test } from "vitest";

import { actRecord } from "../../src/act/act-record.ts";
import { auditLine, readLine, type ReadRecord } from "../../src/act/audit-line.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { breakerFields, ledgerRecord } from "../../src/act/ledger-record.ts";
import { rebuildLeash } from "../../src/act/rebuild-leash.ts";
import { uncounted } from "../../src/decide/call-off.ts";
import { counted, settled } from "../../src/decide/count.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import { breakerCauses, outcomes, type ActedOn, type Breaker } from "../../src/decide/ledger.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { aLeaked, anAct, anOpenBreaker, aSituation, NOW } from "../support/a-case.ts";

const server = "main";

const application = { usename: "app", applicationName: null };

/** For whom a breaker may have opened; `null` was left by a version that did not tell. */
const opening = fc.record({
  why: fc.constantFrom(...breakerCauses),
  grounds: fc.option(
    fc.record({
      actedOn: fc.constantFrom<ActedOn>(
        { breadth: "holder", holder: { ...application, clientAddr: "::1" } },
        { breadth: "application", application },
        { breadth: "everybody" },
      ),
      acts: fc.nat(),
      sessionsBefore: fc.nat(),
      sessionsAfter: fc.nat(),
    }),
  ),
});

/** What a process may do between two crashes, to one of three sessions. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("act" as const),
      pid: fc.integer({ min: 1, max: 3 }),
      isEnforcing: fc.boolean(),
      seconds: fc.integer({ min: 1, max: 100_000 }).map((thousandths) => thousandths / 1000),
      outcome: fc.option(fc.constantFrom(...outcomes, "called_off" as const)),
      applicationSessions: fc.nat(),
      // The file is rotated, or long, at the moment when the intent stands in it and what came of it does not.
      hasLedgerMeanwhile: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("breaker" as const), opening: fc.option(opening) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("ledger" as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type World = { readonly leash: Leash; readonly nowSeconds: number; readonly records: readonly AuditRecord[] };

/** The world after a step, as a process that dies at any moment leaves it: in its memory, and on record. */
function after({ leash, nowSeconds, records }: World, taken: Step): World {
  if (taken.type === "ledger")
    return { leash, nowSeconds, records: [...records, ledgerRecord(server, leash)] };
  if (taken.type === "breaker") {
    const sinceSeconds = nowSeconds;
    const { opening: opened } = taken;
    const breaker: Breaker =
      opened === null ? { state: "closed", sinceSeconds } : anOpenBreaker({ sinceSeconds, ...opened });
    const record = { type: "breaker", server, ...breakerFields(breaker) } as const;
    return {
      leash: { ...leash, ledger: { ...leash.ledger, breaker } },
      nowSeconds: nowSeconds + 0.001,
      records: [...records, record],
    };
  }
  const { pid, isEnforcing, outcome, applicationSessions, hasLedgerMeanwhile } = taken;
  const act = anAct(aLeaked(pid), { applicationSessions });
  const situation = aSituation([act.episode], { nowSeconds, permits: { isEnforcing } });
  const begun = counted(leash, act, situation);
  const [entry] = begun.ledger.entries.slice(-1);
  if (entry === undefined) throw new Error("an act was not counted");
  const id = `${records.length}`;
  const intent = actRecord(entry, { id, server, episode: act.episode, leash: begun });
  const episode = keyOfEpisode(act.episode);
  const meanwhile = (known: Leash): readonly AuditRecord[] =>
    hasLedgerMeanwhile ? [ledgerRecord(server, known)] : [];
  if (isEnforcing && outcome === "called_off") {
    const why = { reason: "paused", why: "paused: release 7" } as const;
    const calledOff = { type: "called_off", id, server, episode, ...why } as const;
    return {
      leash,
      nowSeconds: nowSeconds + taken.seconds,
      records: [
        ...records,
        intent,
        ...meanwhile(begun),
        ...meanwhile(uncounted(begun, [act], leash)),
        calledOff,
      ],
    };
  }
  if (!isEnforcing)
    return { leash: begun, nowSeconds: nowSeconds + taken.seconds, records: [...records, intent] };
  // Without an outcome the process died, and the one after it knows that the act has failed.
  const closing: readonly AuditRecord[] =
    outcome === null || outcome === "called_off"
      ? []
      : [{ type: "outcome", id, server, episode, outcome, detail: null, seconds: 1 }];
  return {
    leash: settled(begun, act, outcome === null || outcome === "called_off" ? "failed" : outcome),
    nowSeconds: nowSeconds + taken.seconds,
    records: [...records, intent, ...meanwhile(begun), ...closing],
  };
}

function worldAfter(steps: readonly Step[]): World {
  return steps.reduce(after, { leash: emptyLeash, nowSeconds: NOW, records: [] });
}

function readAgain(records: readonly AuditRecord[]): readonly ReadRecord[] {
  return records.flatMap((record) => {
    const line = readLine(auditLine(record, new Date(0)).trimEnd());
    return line.type === "record" ? [line.record] : [];
  });
}

/** What nobody knows the outcome of has failed, as far as the next process is concerned. */
function asTheNextOneKnowsIt({ ledger, acted }: Leash): Leash {
  return {
    ledger: { ...ledger, entries: ledger.entries.map(orFailed) },
    announcements: new Map(),
    acted: new Map([...acted].map(([key, last]) => [key, orFailed(last)])),
  };
}

function orFailed<T extends { readonly mode: string; readonly outcome: unknown }>(act: T): T {
  return act.mode === "enforce" && act.outcome === null ? { ...act, outcome: "failed" } : act;
}

test("E21: whatever a process did, the next one knows exactly what it knew", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { leash, records } = worldAfter(steps);
      expect(rebuildLeash(readAgain(records), server)).toEqual(asTheNextOneKnowsIt(leash));
    }),
    { numRuns: 500 },
  );
});

test("E21: whatever of the file is gone or too far back to be read, if a ledger follows it knows the same", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.nat(), (steps, at) => {
      const { leash, records } = worldAfter(steps);
      const lastLedger = records.findLastIndex(({ type }) => type === "ledger");
      fc.pre(lastLedger !== -1);
      const kept = records.slice(at % (lastLedger + 1));
      expect(rebuildLeash(readAgain(kept), server)).toEqual(asTheNextOneKnowsIt(leash));
    }),
    { numRuns: 1000 },
  );
});

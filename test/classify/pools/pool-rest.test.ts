import { expect, test } from "vitest";

import { classify, type Verdict } from "../../../src/classify/classify.ts";
import { emptyMemory } from "../../../src/classify/memory.ts";
import type { Backend } from "../../../src/observe/snapshot.ts";
import { aBackend } from "../../support/a-backend.ts";
import { anIdleTransaction } from "../../support/a-sighting.ts";
import { aSnapshot, lookWith } from "../../support/a-snapshot.ts";
import { aDeclaredPool, leaked } from "../../support/pool-looks.ts";
import { judging } from "../../support/thresholds.ts";

const options = { ...judging, usableSlots: 40, pools: [aDeclaredPool()] };

function aResting(pid: number, overrides: Partial<Backend> = {}): Backend {
  return aBackend({ id: { pid, backendStart: "b" }, stateSeconds: 500, ...overrides });
}

const own = aResting(1);
const foreign = aResting(2, { applicationName: "psql" });
const neverUsed = aResting(3, { queryStart: null });
const inTransaction = anIdleTransaction({ id: { pid: 4, backendStart: "b" }, stateSeconds: 500 });

/** Two looks, ten seconds apart: at the second a pool that is too large at both is named. */
function judge(idleSessions: number): readonly Verdict[] {
  let memory = emptyMemory();
  return [0, 10].map((atSeconds) => {
    const snapshot = aSnapshot({
      takenAtSeconds: 1_800_000_000 + atSeconds,
      groups: [...leaked(idleSessions), ...leaked(33 - idleSessions, { applicationName: "psql" })],
      candidates: [own, foreign, neverUsed, inTransaction],
    });
    const verdict = classify(lookWith(snapshot, { askedIdlePids: [1, 2] }), memory, options);
    ({ memory } = verdict);
    return verdict;
  });
}

function kindsIn(verdict: Verdict | undefined): readonly string[] {
  return (verdict?.suspects ?? []).map((suspect) =>
    "backend" in suspect ? `${suspect.kind} ${suspect.backend.id.pid}` : suspect.kind,
  );
}

const all = ["idle_too_long 1", "idle_too_long 2", "never_used 3", "idle_in_transaction 4"];

test("a session that only rests in a pool that is named is no suspect beside it", () => {
  const [before, named] = judge(20);
  expect(kindsIn(before)).toEqual(all);
  expect(kindsIn(named)).toEqual([...all.slice(1), "pool_overgrown"]);
});

test("its episode stays open, and is followed", () => {
  const [before, named] = judge(20);
  expect(before?.memory.episodes.size).toBe(4);
  expect(named?.events.map(({ type, episode }) => [type, episode.kind])).toEqual([
    ["suspected", "pool_overgrown"],
  ]);
  expect([...(named?.memory.episodes.values() ?? [])].map(({ kind }) => kind)).toContain("idle_too_long");
});

test("where no pool is named, each is a suspect", () => {
  expect(judge(5).map(kindsIn)).toEqual([all, all]);
});

import { expect, test } from "vitest";

import { classify } from "../src/classify/classify.ts";
import { emptyMemory, type Memory } from "../src/classify/memory.ts";
import type { Situation } from "../src/decide/situation.ts";
import type { Snapshot } from "../src/observe/snapshot.ts";
import { situationOf } from "../src/situate.ts";
import { permitted } from "./support/a-case.ts";
import { aBackend } from "./support/a-backend.ts";
import { aRecordedLook } from "./support/a-recorded-look.ts";
import { aLook, aSnapshot, lookOf } from "./support/a-snapshot.ts";
import { judging } from "./support/thresholds.ts";
import { aGroup } from "./support/a-view.ts";

const around = { server: "main", permits: permitted };

/** The situation after this look, so many seconds by our clock after the one that is remembered. */
function situate(before: Memory, snapshot: Snapshot, sinceLastLookSeconds: number | null): Situation {
  const reading = aRecordedLook(lookOf(snapshot), { sinceLastLookSeconds, ownRole: "watcher" });
  const verdict = classify(reading.look, before, { ...judging, ...reading, terminated: new Set() });
  return situationOf(reading, { before, verdict }, around);
}

function after(snapshot: Snapshot): Memory {
  return classify(lookOf(snapshot), emptyMemory(), { ...judging, terminated: new Set() }).memory;
}

test("a situation is what was read, judged and permitted", () => {
  const leak = aBackend({ state: "idle in transaction", stateSeconds: 30, xactSeconds: 30 });
  const groups = [aGroup({ sessions: 96 })];
  const situation = situate(emptyMemory(), { ...aLook(0, leak), groups, standby: true }, null);
  expect(situation).toMatchObject({ server: "main", nowSeconds: 1_800_000_000, standby: true, pressure: 1 });
  expect(situation).toMatchObject({ groups, ownRole: "watcher", permits: permitted });
  expect(situation.suspects).toMatchObject([{ kind: "idle_in_transaction", backend: leak }]);
  expect([...situation.openEpisodes.keys()]).toEqual([expect.stringMatching(/^idle_in_transaction\/4242\//)]);
});

test.for([
  { what: "one that an earlier look vouches for", at: 10, ours: 10, isTrusted: true },
  { what: "one whose clocks are a little apart", at: 10, ours: 14.9, isTrusted: true },
  { what: "one whose clock jumped ahead", at: 20, ours: 10, isTrusted: false },
  { what: "one whose clock went back", at: -10, ours: 10, isTrusted: false },
  { what: "one after a gap", at: 40, ours: 40, isTrusted: false },
  { what: "the first of a process", at: 10, ours: null, isTrusted: false },
])("E9, E23: a look is trusted or not: $what", ({ at, ours, isTrusted }) => {
  expect(situate(after(aLook(0)), aLook(at), ours).isTrusted).toBe(isTrusted);
});

test.for([
  { at: 20, ours: 10, jump: 10 },
  { at: -10, ours: 10, jump: -20 },
  { at: 14.9, ours: 10, jump: 0 },
  { at: 4000, ours: 400, jump: 3600 },
  { at: 4000, ours: null, jump: 0 },
])("E23: a situation knows how far the server's clock jumped: $jump s", ({ at, ours, jump }) => {
  expect(situate(after(aLook(0)), aLook(at), ours).clockJumpSeconds).toBe(jump);
});

test("E9, E31: no look is trusted without one before it, after a restart, or in another role", () => {
  expect(situate(emptyMemory(), aLook(10), 10).isTrusted).toBe(false);
  const before = after(aLook(0));
  const changes = [{ postmasterStart: "2026-11-21 00:00:00+00" }, { standby: true }];
  for (const change of changes)
    expect(situate(before, aSnapshot({ ...aLook(10), ...change }), 10).isTrusted).toBe(false);
});

test("E10: a situation knows what has ended, and how", () => {
  const leak = aBackend({ state: "idle in transaction", stateSeconds: 30, xactSeconds: 30 });
  const before = after(aLook(0, leak));
  const { ended, openEpisodes } = situate(before, aLook(10), 10);
  expect(ended).toMatchObject([{ type: "ended", end: "vanished", episode: { backend: leak } }]);
  expect(openEpisodes.size).toBe(0);
  expect(situate(before, aLook(10, leak), 10).ended).toEqual([]);
});

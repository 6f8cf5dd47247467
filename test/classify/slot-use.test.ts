import { expect, test } from "vitest";

import { classify } from "../../src/classify/classify.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import { aLook, aSnapshot, lookOf, lookWith } from "../support/a-snapshot.ts";
import { aGroup } from "../support/a-view.ts";
import { judge, leaked, times } from "../support/pool-looks.ts";
import { judging } from "../support/thresholds.ts";

test("of the usable slots those are used that somebody has a session in, and our own", () => {
  const groups = [aGroup({ sessions: 12 }), aGroup({ folded: true, sessions: 7 })];
  const verdict = classify(lookOf(aSnapshot({ groups })), emptyMemory(), { ...judging, usableSlots: 97 });
  expect(verdict.slots).toEqual({ used: 20, limit: 97 });
});

test("a leak runs the slots out of its own role, not of one that is always at its limit", () => {
  const memory = judge(times(60, (index) => ({ groups: leaked(index) }))).at(-1)?.memory ?? emptyMemory();
  const look = {
    ...aLook(600),
    groups: [...leaked(60), aGroup({ usename: "job", sessions: 9, quietSessions: 9 })],
  };
  const roles = ["app", "job", "pgleash"];
  const connectionLimits = roles.map((name) => ({ scope: "role" as const, name, limit: 1 }));
  const { exhaustions } = classify(lookWith(look, { connectionLimits }), memory, judging);
  const runOut = exhaustions.filter(({ inSeconds }) => inSeconds.upper === 0);
  expect(runOut.map(({ name }) => name)).toEqual(["app"]);
});

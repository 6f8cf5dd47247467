import { expect, test } from "vitest";

import { unseenSessions } from "../../src/leak-check/unseen-sessions.ts";
import { aGroup } from "../support/a-view.ts";

test.for([
  [{}, []],
  [{ state: "active" }, []],
  // About to start.
  [{ state: "unknown" }, []],
  [{ state: "unknown", oldestSessionSeconds: null }, ["hidden"]],
  [{ state: "unknown", folded: true, usename: null }, ["hidden"]],
  [{ state: "disabled" }, ["untracked"]],
] as const)("of sessions as %j is unseen: %j", ([overrides, whys]) => {
  const group = aGroup(overrides);
  const unseen = unseenSessions([group]);
  expect(unseen.map(({ why }) => why)).toEqual(whys);
  expect(unseen.every(({ holder, sessions }) => holder.usename === group.usename && sessions === 3)).toBe(
    true,
  );
});

import {
  assert,
  constant,
  constantFrom,
  integer,
  option,
  property,
  record,
  uniqueArray,
  type Arbitrary,
} from "fast-check";
import { expect, test } from "vitest";
import { foldGroups } from "../../src/observe/fold-groups.ts";
import { backendStates, type SessionGroup } from "../../src/observe/snapshot.ts";

const age = option(integer({ min: 0, max: 100 }), { nil: null });
const aGroup: Arbitrary<SessionGroup> = record({
  folded: constant(false),
  datname: constantFrom("shop", "bank", null),
  usename: constantFrom("app", null),
  applicationName: constantFrom("a", "b", "c", "d", null),
  clientAddr: constantFrom("10.0.0.1", null),
  state: constantFrom(...backendStates),
  sessions: integer({ min: 1, max: 9 }),
  quietSessions: integer({ min: 0, max: 9 }),
  oldestXactSeconds: age,
  oldestStateSeconds: age,
  oldestSessionSeconds: age,
});
const keyOf = ({ datname, usename, applicationName, clientAddr, state }: SessionGroup): string =>
  JSON.stringify([datname, usename, applicationName, clientAddr, state]);
const someGroups = uniqueArray(aGroup, { selector: keyOf, maxLength: 40 });
const sum = (groups: readonly SessionGroup[], state: string): number =>
  groups.filter((group) => group.state === state).reduce((total, { sessions }) => total + sessions, 0);

function oldest(groups: readonly SessionGroup[]): number {
  return Math.max(-1, ...groups.map(({ oldestXactSeconds }) => oldestXactSeconds ?? -1));
}

test("folding keeps the largest groups, loses no session of any state, and nobody's age", () => {
  assert(
    property(someGroups, integer({ min: 0, max: 40 }), (all, limit) => {
      const { groups, groupsFolded } = foldGroups(all, limit);
      const [told, folded] = [groups.filter((one) => !one.folded), groups.filter((one) => one.folded)];
      expect(told).toHaveLength(Math.min(limit, all.length));
      expect(groupsFolded).toBe(Math.max(0, all.length - limit));
      for (const state of backendStates) expect(sum(groups, state)).toBe(sum(all, state));
      expect(new Set(folded.map(({ state }) => state)).size).toBe(folded.length);
      const left = all.filter((one) => !told.includes(one));
      for (const one of left)
        for (const kept of told) expect(kept.sessions).toBeGreaterThanOrEqual(one.sessions);
      expect(oldest(groups)).toBe(oldest(all));
    }),
  );
});

test("of equal groups the same ones are kept, whatever order the server sends them in", () => {
  assert(
    property(someGroups, integer({ min: 0, max: 10 }), (all, limit) => {
      const keys = (groups: readonly SessionGroup[]): readonly string[] =>
        foldGroups(groups, limit)
          .groups.filter(({ folded }) => !folded)
          .map(keyOf)
          .toSorted();
      expect(keys(all.toReversed())).toEqual(keys(all));
    }),
  );
});

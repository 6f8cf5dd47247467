import { expect, test } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { leaksOfHolder, sessionsOfHolder } from "../../src/decide/situation.ts";
import type { Holder } from "../../src/decide/target.ts";
import { aLeaked } from "../support/a-case.ts";
import { aGroup, anOvergrownPool, aPoolSuspect, aPreparedSuspect } from "../support/a-view.ts";

const holder = { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.7" };

test("the sessions of a holder are counted over databases and states", () => {
  const groups = [
    aGroup({ sessions: 3 }),
    aGroup({ sessions: 4, datname: "other", state: "idle in transaction" }),
    aGroup({ sessions: 50, usename: "other" }),
    aGroup({ sessions: 60, applicationName: "web-2" }),
  ];
  expect(sessionsOfHolder(groups, holder)).toBe(7);
});

test("one client's sessions are told from another's where the groups know them", () => {
  const groups = [
    aGroup({ sessions: 3, clientAddr: "10.0.0.7" }),
    aGroup({ sessions: 40, clientAddr: "10.0.0.8" }),
  ];
  expect(sessionsOfHolder(groups, holder)).toBe(3);
  expect(sessionsOfHolder(groups, { ...holder, clientAddr: null })).toBe(43);
});

test("E17: a holder that is not told by name any more may have all that was folded", () => {
  const folded = aGroup({ folded: true, usename: null, applicationName: null, sessions: 50 });
  expect(sessionsOfHolder([aGroup({ sessions: 3 }), folded], holder)).toBe(3);
  expect(sessionsOfHolder([aGroup({ sessions: 3, usename: "other" }), folded], holder)).toBe(50);
  expect(sessionsOfHolder([folded], { ...holder, usename: null, applicationName: null })).toBe(50);
});

/** How many leaks of the holder are open where these episodes are. */
function leaksIn(episodes: readonly Episode[], of: Holder = holder): number {
  return leaksOfHolder(new Map(episodes.map((episode, index) => [`${index}`, episode])), of);
}

test("E17: the leaks of a holder are its open episodes that are leaked, whatever hides them at this look", () => {
  const ofOthers = [{ usename: "other" }, { applicationName: "web-2" }].map((backend, index) =>
    aLeaked(10 + index, { backend }),
  );
  expect(leaksIn([aLeaked(1), aLeaked(2, { severity: "suspect" }), ...ofOthers])).toBe(1);
  expect(leaksIn([aLeaked(1, { severityNow: "suspect" })])).toBe(1);
  expect(leaksIn([aLeaked(2, { severity: "suspect" }), ...ofOthers])).toBe(0);
});

test("E17: they are counted of one client, or from all clients, and what is unknown may be the holder's", () => {
  const leaks = ["10.0.0.7", "10.0.0.8", "10.0.0.8", null].map((clientAddr, index) =>
    aLeaked(index, { backend: { clientAddr } }),
  );
  expect(leaksIn(leaks)).toBe(2);
  expect(leaksIn(leaks, { ...holder, clientAddr: null })).toBe(4);
  expect(leaksIn([aLeaked(1, { backend: { usename: null, applicationName: null } })])).toBe(1);
});

test("E17: a pool that leaks is a leak of its holder; a prepared transaction has no session", () => {
  const pool = anOvergrownPool({ holder: { datname: "shop", usename: "app", applicationName: "web-1" } });
  expect(leaksIn([aPoolSuspect({ severity: "leaked", pool })])).toBe(1);
  expect(leaksIn([aPoolSuspect({ severity: "leaked" })])).toBe(0);
  expect(leaksIn([aPreparedSuspect({ severity: "leaked" })])).toBe(0);
});

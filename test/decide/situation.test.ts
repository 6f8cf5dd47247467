import { expect, test } from "vitest";

import { sessionsOfHolder } from "../../src/decide/situation.ts";
import { aGroup } from "../support/a-view.ts";

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

import { expect, test } from "vitest";

import { counted, settled } from "../../src/decide/count.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { aLeaked, anAct, anEntry, aLeash, aSituation, NOW } from "../support/a-case.ts";

const act = anAct();
const key = keyOfEpisode(act.episode);
const enforcing = aSituation([act.episode]);
const dryRun = aSituation([act.episode], { permits: { isEnforcing: false } });

test("E21: an act counts before it is known to work", () => {
  const leash = counted(emptyLeash, act, enforcing);
  expect(leash.ledger.entries).toEqual([
    {
      atSeconds: NOW,
      mode: "enforce",
      rule: "everything",
      action: "terminate",
      episode: key,
      holder: { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.7" },
      holderSessions: 100,
      applicationSessions: 100,
      outcome: null,
    },
  ]);
  expect(leash.acted.get(key)).toEqual({ mode: "enforce", attempts: 1, outcome: null });
});

test("E2: a dry run's act counts as such", () => {
  const leash = counted(emptyLeash, act, dryRun);
  expect(leash.ledger.entries).toMatchObject([{ mode: "dry_run", episode: key, outcome: null }]);
  expect(leash.acted.get(key)).toEqual({ mode: "dry_run", attempts: 1, outcome: null });
});

test("E20: attempts add up, but those of a dry run are none", () => {
  const once = settled(counted(emptyLeash, act, enforcing), act, "failed");
  expect(counted(once, act, enforcing).acted.get(key)?.attempts).toBe(2);
  expect(counted(counted(emptyLeash, act, dryRun), act, enforcing).acted.get(key)?.attempts).toBe(1);
});

test("E20: what became of it is written on the last act on that very episode", () => {
  const other = anAct(aLeaked(7));
  const first = settled(counted(emptyLeash, act, enforcing), act, "not_confirmed");
  const both = counted(counted(first, act, enforcing), other, enforcing);
  const after = settled(both, act, "terminated");
  expect(after.ledger.entries.map(({ outcome }) => outcome)).toEqual(["not_confirmed", "terminated", null]);
  expect(after.acted.get(key)).toEqual({ mode: "enforce", attempts: 2, outcome: "terminated" });
  expect(after.acted.get(keyOfEpisode(other.episode))?.outcome).toBeNull();
});

test("what became of an act that nobody counted changes nothing", () => {
  const leash = aLeash(anEntry());
  expect(settled(leash, act, "terminated")).toEqual(leash);
});

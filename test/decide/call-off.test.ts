import { expect, test } from "vitest";

import { calledOff } from "../../src/decide/call-off.ts";
import { counted, settled } from "../../src/decide/count.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { aLeaked, anAct, aSituation, leakedSessions } from "../support/a-case.ts";

const act = anAct();
const enforcing = aSituation([act.episode]);

const stop = { reason: "paused", why: "paused: release 7" } as const;

test.for([stop, { reason: "stopping", why: "the watch ends" }, { reason: "no_lease", why: "lost" }] as const)(
  "an act that is called off spares the session for what stopped it, and never counted: $reason",
  (came) => {
    const leash = counted(emptyLeash, act, enforcing);
    const { spare, leash: after } = calledOff(leash, act, { before: emptyLeash, stop: came });
    const { episode, rule } = act;
    expect(spare).toEqual({ type: "spare", ...came, episode, rule });
    expect(after).toEqual(emptyLeash);
  },
);

test("an earlier attempt on the same session still counts", () => {
  const before = settled(counted(emptyLeash, act, enforcing), act, "failed");
  const leash = counted(before, act, enforcing);
  expect(calledOff(leash, act, { before, stop }).leash).toEqual(before);
});

test("the acts of others stay counted", () => {
  const [one = aLeaked(), other = aLeaked()] = leakedSessions(2);
  const others = counted(emptyLeash, anAct(other), enforcing);
  const leash = counted(counted(emptyLeash, anAct(one), enforcing), anAct(other), enforcing);
  expect(calledOff(leash, anAct(one), { before: emptyLeash, stop }).leash).toEqual(others);
});

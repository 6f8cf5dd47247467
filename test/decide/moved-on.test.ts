import { expect, test } from "vitest";

import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { Target } from "../../src/decide/target.ts";
import type { BackendState } from "../../src/observe/snapshot.ts";
import { aLeaked, aPolicy, aRule, aSituation, NOW } from "../support/a-case.ts";
import { actsOf, decided, endedBy, noticesOf, reasonsOf } from "../support/decided.ts";

const route = "/checkout";

/** By the comment of a statement, whether it runs or is over. */
const byComment = (target: Target): boolean => target.commentKeys.get("route") === route;

function inState(state: BackendState): ReturnType<typeof aLeaked> {
  return aLeaked(1, {
    kind: "long_transaction",
    backend: { state },
    commentKeys: new Map([["route", route]]),
  });
}

test("E11: a rule that goes by a statement waits for a look at a long transaction that is idle, and its notice runs on", () => {
  const policy = aPolicy({ rules: [aRule({ matches: byComment, warnForSeconds: 20 })] });
  const states: readonly BackendState[] = ["idle in transaction", "active", "active", "idle in transaction"];
  let leash: Leash = emptyLeash;
  const looks = states.map((state, index) => {
    const look = decided(leash, aSituation([inState(state)], { nowSeconds: NOW + 10 * index }), { policy });
    leash = look.leash;
    return { ended: endedBy(look.plan), reasons: reasonsOf(look.plan), notices: noticesOf(look.plan) };
  });
  expect(looks).toEqual([
    { ended: [], reasons: ["announced"], notices: [["announced", "everything"]] },
    { ended: [], reasons: ["announced"], notices: [] },
    { ended: [], reasons: ["announced"], notices: [] },
    { ended: [1], reasons: [], notices: [] },
  ]);
});

test.for([{ isEnforcing: true }, { isEnforcing: false }])(
  "E11: amid a statement nothing counts, and nothing is recorded: $isEnforcing",
  ({ isEnforcing }) => {
    const policy = aPolicy({ rules: [aRule({ matches: byComment })] });
    const situation = aSituation([inState("active")], { permits: { isEnforcing } });
    const { plan, leash } = decided(emptyLeash, situation, { policy });
    expect(reasonsOf(plan)).toEqual(["announced"]);
    expect([leash.acted.size, leash.ledger.entries]).toEqual([0, []]);
  },
);

test("E20: a long transaction that keeps moving on is tried ever more rarely, and never given up", () => {
  const policy = aPolicy({ rules: [aRule({ matches: byComment })] });
  let leash: Leash = emptyLeash;
  const triedAt: number[] = [];
  for (let seconds = 0; seconds <= 1000; seconds += 10) {
    const situation = aSituation([inState("idle in transaction")], { nowSeconds: NOW + seconds });
    const look = decided(leash, situation, { policy, outcome: () => "moved_on" });
    leash = look.leash;
    if (actsOf(look.plan).length > 0) triedAt.push(seconds);
  }
  expect(triedAt).toEqual([0, 60, 180, 360, 600, 900]);
  const rests = decided(leash, aSituation([inState("idle in transaction")], { nowSeconds: NOW + 1260 }), {
    policy,
  });
  expect(endedBy(rests.plan)).toEqual([1]);
});

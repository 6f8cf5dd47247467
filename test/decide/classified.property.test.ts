import { expect, test } from "vitest";

import { classify } from "../../src/classify/classify.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import { builtInFloors, type Floors } from "../../src/decide/policy.ts";
import type { Plan } from "../../src/decide/plan.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
import { aPolicy, aRule, aSituation } from "../support/a-case.ts";
import { actsOf, decided } from "../support/decided.ts";
import { randomFrom, randomLooks } from "../support/random-looks.ts";
import { judging } from "../support/thresholds.ts";

const SEQUENCES = process.env["PGLEASH_TIER"] === undefined ? 2000 : 20_000;

const noFloors: Floors = {
  ...builtInFloors,
  idle_in_transaction_aborted: 0,
  idle_in_transaction: 0,
  stalled_client: 0,
  stale_active: 0,
  long_transaction: 0,
  never_used: 0,
  idle_too_long: 0,
};

const everybody = aPolicy({ rules: [aRule({ minAgeSeconds: 0 })] });

/** The plans of a random sequence of looks, under a policy that ends whatever it may, and nothing that it does works. */
function plansOf(seed: number): readonly Plan[] {
  let memory = emptyMemory();
  let leash: Leash = emptyLeash;
  return randomLooks(randomFrom(seed)).map((look) => {
    const { suspects, memory: after } = classify(look, memory, judging);
    memory = after;
    const situation = aSituation(suspects, {
      nowSeconds: look.snapshot.takenAtSeconds,
      openEpisodes: after.episodes,
      groups: look.snapshot.groups,
    });
    const options = { policy: everybody, floors: noFloors, outcome: () => "not_confirmed" as const };
    const { plan, leash: remembered } = decided(leash, situation, options);
    leash = remembered;
    return plan;
  });
}

/** Why nobody may end a session; `null` when there is nothing against it. */
function against({ kind, backend, period, severity }: SessionEpisode): string | null {
  if (severity !== "leaked") return "it is not leaked";
  if (backend.state === "unknown" || backend.state === "starting" || backend.state === "disabled")
    return `its state is ${backend.state}`;
  if (backend.waitEventType === "Lock") return "it waits for a lock";
  if (backend.waitEvent === "SyncRep") return "it waits for a standby";
  if (backend.progress !== null && (backend.progress.command !== "COPY" || kind !== "stalled_client"))
    return "it works";
  const shown = {
    idle_in_transaction_aborted: backend.stateChange,
    idle_in_transaction: backend.stateChange,
    never_used: backend.stateChange,
    idle_too_long: backend.stateChange,
    long_transaction: backend.xactStart,
    stale_active: backend.queryStart,
    // The period also names when the wait began, which no row shows.
    stalled_client: period.startsWith(`${backend.queryStart} `) ? period : null,
  }[kind];
  return shown === period ? null : "its row shows another period";
}

test("E7, E14: whatever the looks say, an act is on a row that shows the very period, and nothing against it", () => {
  let acts = 0;
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    for (const act of plansOf(seed).flatMap(actsOf)) {
      expect(against(act.episode), `seed ${seed}`).toBeNull();
      acts += 1;
    }
  }
  expect(acts).toBeGreaterThan(SEQUENCES / 10);
});

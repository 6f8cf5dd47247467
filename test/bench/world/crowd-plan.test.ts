import { describe, expect, test } from "vitest";

import { mixes, planCrowd, type Behaviour, type Mix } from "../../../bench/world/crowd-plan.ts";
import { STATEMENT_CHARACTERS, statementsOf } from "../../../bench/world/crowd-statements.ts";

const sizes = [50, 200, 500, 2000, 5000];

describe.each(mixes)("a crowd in the mix %s", (mix) => {
  test.each(sizes)("of %i has as many sessions as were asked for", (sessions) => {
    expect(planCrowd(sessions, mix)).toHaveLength(sessions);
  });

  test.each(sizes.filter((size) => size >= 500))(
    "of %i has 20 applications, 5 roles, 10 databases",
    (size) => {
      const planned = planCrowd(size, mix);
      expect(new Set(planned.map((one) => one.applicationName)).size).toBe(20);
      expect(new Set(planned.map((one) => one.user)).size).toBe(5);
      expect(new Set(planned.map((one) => one.database)).size).toBe(10);
    },
  );
});

describe("what the sessions do", () => {
  test.each(sizes)("calm, %i: 85 % are idle, and a handful is forgotten", (sessions) => {
    expect(share(sessions, "calm", ["idle"])).toBeCloseTo(0.85, 1);
    expect(count(sessions, "calm", ["held"])).toBeLessThanOrEqual(5);
    expect(count(sessions, "calm", ["blocker", "blocked"])).toBe(0);
  });

  test.each(sizes)("incident, %i: 10 % are forgotten, and some wait for one of these", (sessions) => {
    expect(share(sessions, "incident", ["held", "blocker"])).toBeCloseTo(0.1, 2);
    expect(count(sessions, "incident", ["blocker"])).toBe(1);
    expect(count(sessions, "incident", ["blocked"])).toBeGreaterThanOrEqual(1);
  });

  test("with more sessions there are no more groups", () => {
    expect(groups(5000)).toBeLessThanOrEqual(groups(500) * 1.15);
  });

  test("the blocker comes before those whom it blocks", () => {
    const behaviours = planCrowd(500, "incident").map(({ behaviour }) => behaviour);
    expect(behaviours.indexOf("blocker")).toBeLessThan(behaviours.indexOf("blocked"));
  });

  test("statements are as long as those of applications", () => {
    for (const statement of Object.values(statementsOf(STATEMENT_CHARACTERS))) {
      expect(statement.length).toBeGreaterThanOrEqual(360);
      expect(statement.length).toBeLessThan(400);
    }
  });
});

function count(sessions: number, mix: Mix, behaviours: readonly Behaviour[]): number {
  return planCrowd(sessions, mix).filter(({ behaviour }) => behaviours.includes(behaviour)).length;
}

function share(sessions: number, mix: Mix, behaviours: readonly Behaviour[]): number {
  return count(sessions, mix, behaviours) / sessions;
}

function groups(sessions: number): number {
  return new Set(planCrowd(sessions, "calm").map((one) => JSON.stringify(one))).size;
}

import { describe, expect, test } from "vitest";

import type { StageMeasures } from "../../../bench/phases/stage.ts";
import { absoluteTable } from "../../../bench/report/absolutes.ts";
import { growthFigures, onceFigures } from "../../../bench/report/overall-figures.ts";
import { stageFigures } from "../../../bench/report/stage-figures.ts";
import type { TargetKey } from "../../../bench/targets/target.ts";
import { aStage as stage, cost, use } from "./a-stage.ts";

const without = (...keys: readonly TargetKey[]): StageMeasures => ({
  ...stage,
  costs: new Map([...stage.costs].filter(([key]) => !keys.includes(key))),
});

describe("the figures of a stage", () => {
  test("ratios are those of one repetition, their median is held to the goal", () => {
    expect(figure(stage, "server CPU of a census / floor")).toEqual({
      name: "server CPU of a census / floor",
      where: "500 calm",
      goal: "≤ 1.45",
      measured: "1.40 (1.35–1.50)",
      reached: "yes",
    });
    const dear = { ...stage, costs: new Map([...stage.costs, ["census", cost(150, 300, 150)] as const]) };
    expect(figure(dear, "server CPU of a census / floor").reached).toBe("no");
  });

  test("more sessions have stricter goals, and an incident has none over the floor", () => {
    expect([50, 200, 500, 2000, 5000].map((sessions) => goalOf(sessions, "calm"))).toEqual([
      "≤ 1.6",
      "≤ 1.6",
      "≤ 1.45",
      "≤ 1.35",
      "≤ 1.25",
    ]);
    expect(goalOf(500, "incident")).toBe("–");
  });

  test("a minute has 60 quick looks and 4 whole looks against 4 queries of the exporter", () => {
    // 60 * 40 + 4 * 160 = 3040 over 1200, and so on.
    expect(figure(stage, "server CPU a minute").measured).toBe("3.17 (2.53–4.13)");
  });

  test("a quick look that read sessions in detail is no quick look without suspects", () => {
    const busy = { ...cost(400, 900, 500), detailsRead: [0, 5, 50] };
    const measures = { ...stage, costs: new Map([...stage.costs, ["quick_look", busy] as const]) };
    for (const name of ["server CPU of a quick look / floor", "server CPU a minute"])
      expect(figure(measures, name)).toMatchObject({
        measured: "each read 5 sessions in detail, and should have read none",
        reached: "–",
      });
    expect(figure(measures, "server CPU of a census / floor").reached).toBe("yes");
  });

  test("what is not installed, or not there, is said and not left out", () => {
    const alone = without("exporter_activity", "exporter_default", "quick_look");
    const names = stageFigures({ ...alone, working: { ...alone.working, activity: null, default: null } });
    expect(names).toHaveLength(stageFigures(stage).length);
    expect(names.filter(({ measured }) => measured === "postgres_exporter is not installed")).toHaveLength(4);
    expect(names.filter(({ measured }) => measured === "not measured")).toHaveLength(2);
    expect(
      names.every(({ measured, reached }) => !measured.includes("not installed") || reached === "–"),
    ).toBe(true);
  });

  test("one prepared statement too many is no success", () => {
    const bad = { ...stage, steady: { ...stage.steady, parses: 1 } };
    expect(figure(stage, "connections held").reached).toBe("yes");
    expect(figure(bad, "connections held")).toMatchObject({ measured: "1; 0; 1; 0", reached: "no" });
  });
});

describe("figures beyond one stage", () => {
  test("growth wants both ends in one run", () => {
    const large = { ...stage, sessions: 5000, working: { ...stage.working, pgleash: use(1760, 1) } };
    expect(growthFigures([stage, large], "calm")).toMatchObject([
      { measured: "1.10 (1.10–1.10)", reached: "yes" },
    ]);
    expect(growthFigures([stage], "calm")).toMatchObject([{ measured: "needs both in one run" }]);
  });

  test("memory is steady where the heap rises by less than two standard errors, whatever is resident", () => {
    expect(reachedWith(1e6)).toEqual(["yes", "no", "yes", "–"]);
    expect(reachedWith(3e6)).toEqual(["yes", "no", "no", "–"]);
  });

  test("what has failed is said", () => {
    const figures = onceFigures({ startUp: null, manyServers: null, backToBack: null });
    expect(figures.map(({ measured, reached }) => `${measured} ${reached}`)).toEqual(
      Array(3).fill("has failed –"),
    );
  });
});

test("each stage is a column of the absolute figures", () => {
  const [head = "", , ...rows] = absoluteTable([stage, { ...stage, mix: "incident" }]).split("\n");
  expect(head).toMatch(/\| 500 calm +\| 500 incident +\|$/);
  expect(rows.find((row) => row.includes("census of pgleash"))).toMatch(/\| 150 +\| 150 +\|$/);
  expect(rows.find((row) => row.includes("SELECT 1"))).toMatch(/\| – +\| – +\|$/);
});

function figure(measures: StageMeasures, name: string): ReturnType<typeof stageFigures>[number] {
  const found = stageFigures(measures).find((one) => one.name.startsWith(name));
  if (found === undefined) throw new Error(`no figure ${name}`);
  return found;
}

function goalOf(sessions: number, mix: "calm" | "incident"): string {
  return figure({ ...stage, sessions, mix }, "server CPU of a census / floor").goal;
}

function reachedWith(heapGrowth: number): readonly string[] {
  return onceFigures({
    startUp: { firstPageMs: [170], bareNodeMs: [100] },
    manyServers: { one: [50e6], many: [200e6] },
    backToBack: {
      looks: 10_000,
      resident: { bytes: 50e6, error: 1e6 },
      heap: { bytes: heapGrowth, error: 1e6 },
      cpuOfLook: 1000,
    },
  }).map(({ reached }) => reached);
}

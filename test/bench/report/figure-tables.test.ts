import { expect, test } from "vitest";

import { overallTable, stageTable } from "../../../bench/report/figure-tables.ts";
import { figureOf } from "../../../bench/report/figure.ts";
import { aStage, use } from "./a-stage.ts";

const rowsOf = (table: string): readonly (readonly string[])[] =>
  table.split("\n").map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test("sizes are columns, mixes are rows, and what missed its goal is in bold", () => {
  const dear = { ...aStage, sessions: 5000, working: { ...aStage.working, pgleash: use(4000, 1) } };
  const [head, , ...rows] = rowsOf(stageTable([dear, aStage, { ...aStage, mix: "incident" }]));
  expect(head).toEqual(["figure", "mix", "to reach", "500 sessions", "5000 sessions"]);
  const own = rows.filter(([name]) => name?.startsWith("own CPU of look and scrape"));
  expect(own).toEqual([
    [own[0]?.[0], "calm", "≤ 0.8", "0.800 (0.800–0.800)", "**2 (2–2)**"],
    [own[0]?.[0], "incident", "≤ 0.8 / –", "0.800 (0.800–0.800)", "–"],
  ]);
  const census = rows.find(([name]) => name === "server CPU of a census / floor");
  expect(census?.slice(1)).toEqual(["calm", "≤ 1.45 / ≤ 1.25", "1.40 (1.35–1.50)", "**1.40 (1.35–1.50)**"]);
});

test("a mix that was not measured has no rows", () => {
  const [, , ...rows] = rowsOf(stageTable([aStage]));
  expect(new Set(rows.map(([, mix]) => mix))).toEqual(new Set(["calm"]));
});

test("figures of no size have a row each", () => {
  const [, , ...rows] = rowsOf(overallTable([figureOf("start", "once", { atMost: 1 }, [2])]));
  expect(rows).toEqual([["start", "once", "≤ 1", "**2 (2–2)**"]]);
});

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { createLifetime } from "../../bench/lifetime.ts";
import { runVerdict, type VerdictResult } from "../../bench/verdict/run.ts";
import { OWN_NAME } from "../../bench/verdict/score/outcome.ts";
import { scoreOf } from "../../bench/verdict/score/score.ts";
import { verdictReport } from "../../bench/verdict/report/report.ts";

const isFull = process.env["PGLEASH_TIER"] === "full";
const majors = isFull ? ["13", "18"] : ["18"];

vi.setConfig({ testTimeout: 10_000, hookTimeout: 900_000 });

describe(`how often we are right, on ${majors.join(", ")}`, () => {
  const lifetime = createLifetime();
  let result: VerdictResult;
  beforeAll(async () => {
    result = await runVerdict(lifetime, { majors, factor: 60, isQuick: !isFull });
    if (isFull) process.stdout.write(`${verdictReport(result.run)}\n`);
  });
  afterAll(() => lifetime.end());

  test("everything that is played stands", () => {
    expect(result.complaints).toEqual([]);
    expect(result.run.outcomes.length).toBeGreaterThanOrEqual(isFull ? 200 : 25);
  });

  test("what the view can tell is told, and nothing else is called a leak", () => {
    const separable = result.run.outcomes.filter((outcome) => outcome.isSeparable);
    expect(scoreOf(separable, OWN_NAME)).toMatchObject({ precision: 1, recall: 1 });
  });
});

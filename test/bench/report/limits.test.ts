import { describe, expect, test } from "vitest";

import type { QuickMeasures } from "../../../bench/phases/quick.ts";
import { limits, passedLimits } from "../../../bench/report/limits.ts";
import { quickReportOf } from "../../../bench/report/quick-report.ts";

const good: QuickMeasures = {
  sessions: 50,
  steady: {
    looks: 200,
    connections: 1,
    newConnections: 0,
    parses: 0,
    statements: 267,
    rows: 267,
    temporaryFiles: 0,
    minorFaults: 10,
  },
  resting: {
    scrapeCpu: [400],
    constantPageCpu: [300],
    statementsDuringScrapes: 0,
    scrapes: 120,
    bytesSent: 9000,
    bytes: 50_000,
    series: 500,
    constantPageMemory: 45_000_000,
  },
  backToBack: { looks: 2000, residentGrowth: 0, residentNoise: 1, heapGrowth: 300_000, cpuOfLook: 1500 },
};

describe("the limits of a quick run", () => {
  test("what a look asks for today is within them", () => {
    expect(passedLimits(good)).toEqual([]);
  });

  test.each<[string, QuickMeasures]>([
    ["connections", { ...good, steady: { ...good.steady, connections: 2 } }],
    ["new connections", { ...good, steady: { ...good.steady, newConnections: 1 } }],
    ["Parse messages", { ...good, steady: { ...good.steady, parses: 1 } }],
    ["statements a look", { ...good, steady: { ...good.steady, statements: 301 } }],
    ["rows a look", { ...good, steady: { ...good.steady, rows: 10_000 } }],
    ["temporary files", { ...good, steady: { ...good.steady, temporaryFiles: 1 } }],
    ["minor faults a look", { ...good, steady: { ...good.steady, minorFaults: 300_000 } }],
    ["statements that scrapes cause", { ...good, resting: { ...good.resting, statementsDuringScrapes: 1 } }],
    ["series", { ...good, resting: { ...good.resting, series: 5000 } }],
    ["growth of the heap, KiB", { ...good, backToBack: { ...good.backToBack, heapGrowth: 2 * 1024 ** 2 } }],
  ])("%s: one too many is complained of, and nothing else is", (name, bad) => {
    expect(passedLimits(bad)).toEqual([
      expect.stringMatching(new RegExp(`^with 50 sessions: ${name}: at most `)),
    ]);
  });

  test("each of them is in the table", () => {
    const table = quickReportOf([good, { ...good, sessions: 200 }]);
    for (const { name } of limits) expect(table).toContain(`| ${name} `);
    expect(table).toContain("200 sessions");
  });
});

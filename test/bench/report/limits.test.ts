import { describe, expect, test } from "vitest";

import type { QuickMeasures } from "../../../bench/phases/quick.ts";
import { limits, passedLimits } from "../../../bench/report/limits.ts";
import { quickReportOf } from "../../../bench/report/quick-report.ts";

const growth = (bytes: number) => ({ bytes, error: 1 });

const good: QuickMeasures = {
  sessions: 50,
  sessionsAtEnd: 50,
  temporaryFiles: 0,
  quick: { quickLooks: 100, parses: 0, statements: 100, rows: 100 },
  steady: {
    looks: 200,
    connections: 1,
    newConnections: 0,
    parses: 0,
    statements: 288,
    rows: 288,
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
    sessions: 51,
    constantPageMemory: 45_000_000,
  },
  backToBack: { looks: 1200, resident: growth(0), heap: growth(300_000), cpuOfLook: 1500 },
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
    ["temporary files", { ...good, temporaryFiles: 1 }],
    ["minor faults a look", { ...good, steady: { ...good.steady, minorFaults: 1001 } }],
    ["statements a quick look", { ...good, quick: { ...good.quick, statements: 101 } }],
    ["rows a quick look", { ...good, quick: { ...good.quick, rows: 101 } }],
    ["Parse messages of quick looks", { ...good, quick: { ...good.quick, parses: 1 } }],
    ["statements that scrapes cause", { ...good, resting: { ...good.resting, statementsDuringScrapes: 1 } }],
    ["series", { ...good, resting: { ...good.resting, series: 5000 } }],
    ["growth of the heap, KiB", { ...good, backToBack: { ...good.backToBack, heap: growth(2 * 1024 ** 2) } }],
  ])("%s: one too many is complained of, and nothing else is", (name, bad) => {
    expect(passedLimits(bad)).toEqual([
      expect.stringMatching(new RegExp(`^with 50 sessions: ${name}: at most `)),
    ]);
  });

  test.each<[string, QuickMeasures]>([
    ["connections", { ...good, steady: { ...good.steady, connections: 0 } }],
    ["statements a look", { ...good, steady: { ...good.steady, statements: 199 } }],
    ["rows a look", { ...good, steady: { ...good.steady, rows: 0 } }],
    ["statements a quick look", { ...good, quick: { ...good.quick, statements: 0 } }],
    ["rows a quick look", { ...good, quick: { ...good.quick, rows: 99 } }],
    ["series", { ...good, resting: { ...good.resting, series: 100 } }],
    ["sessions on the page", { ...good, resting: { ...good.resting, sessions: 49 } }],
    ["sessions at the end", { ...good, sessionsAtEnd: 49 }],
    ["new connections", { ...good, steady: { ...good.steady, newConnections: Number.NaN } }],
  ])("%s: where nothing was counted, nothing is held", (name, bad) => {
    expect(passedLimits(bad)).toEqual([
      expect.stringMatching(new RegExp(`^with 50 sessions: ${name}: at least `)),
    ]);
  });

  test("each of them is in the table", () => {
    const table = quickReportOf([good, { ...good, sessions: 200 }]);
    for (const { name } of limits) expect(table).toContain(`| ${name} `);
    expect(table).toContain("200 sessions");
  });
});

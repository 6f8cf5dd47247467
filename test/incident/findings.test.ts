import { expect, test } from "vitest";

import { findingsText, type Balance, type Findings } from "./findings.ts";

const beganMs = 1_700_000_000_000;

function at(seconds: number): number {
  return beganMs + 1000 * seconds;
}

function aBalance(most: number): Balance {
  return { most, leaked: 1200, ended: 7, healthy: 0, served: 5000, failed: 3 };
}

const told = {
  receiver: "pager",
  status: "firing",
  labels: {},
  annotations: { description: "Look!" },
} as const;

const findings: Findings = {
  stage: "Run on a day.",
  beganMs,
  exhausted: { atMs: at(455), forecast: { ...told, atMs: at(303) }, leak: { ...told, atMs: at(369.6) } },
  told: [
    { alertname: "PgleashSlotsRunOutSoon", atMs: at(303), description: "Look!", receivers: ["pager"] },
    {
      alertname: "PgleashPoolLeaked",
      atMs: at(543.6),
      description: "Again!",
      receivers: ["team", "tickets"],
    },
  ],
  rescued: {
    switchedOnMs: at(428),
    usedThen: 95,
    fellMs: at(560),
    held: 31,
    repairedMs: at(608),
    leakedMeanwhile: 36,
    mostMeanwhile: 35,
    bound: 43,
    overMs: at(698),
    usedAfter: 9,
    slowedMs: at(1580),
    resolvedMs: at(1624),
  },
  bound: 55,
  watched: aBalance(100),
  leashed: aBalance(53),
  saved: aBalance(95),
};

test("the events stand in the order of their times", () => {
  const times = [...findingsText(findings).matchAll(/^\| (?<time>\d+m\d\ds) \|/gm)].map(
    ({ groups }) => groups?.["time"],
  );
  expect(times).toEqual([
    "5m03s",
    "7m08s",
    "7m35s",
    "9m04s",
    "9m20s",
    "10m08s",
    "11m38s",
    "26m20s",
    "27m04s",
  ]);
});

test("what was told is quoted, and each server has its column", () => {
  const text = findingsText(findings);
  expect(text).toContain("| 5m03s | `PgleashSlotsRunOutSoon` goes to pager: “Look!” |");
  expect(text).toContain("| 9m04s | `PgleashPoolLeaked` goes to team and tickets: “Again!” |");
  expect(text).toContain("| slots used at most | 100 | 53 | 95 |");
  expect(text).toContain("| sessions leaked | 1,200 | 1,200 | 1,200 |");
});

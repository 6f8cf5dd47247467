import { describe, expect, test } from "vitest";

import type { Exhaustion } from "../../src/classify/forecast/exhaustion.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { failed, told } from "../support/a-narration.ts";
import { anEvidence, aSnapshot } from "../support/a-snapshot.ts";
import { aReport, aServerView } from "../support/a-view.ts";

const calm = aServerView();
const evidence = anEvidence();

function forecast(scope: "server" | "role", name: string, estimate = 2400): Exhaustion {
  return { scope, name, limit: 97, used: 50, inSeconds: { estimate, lower: 1860, upper: 3120.4 } };
}

function seen(...exhaustions: readonly Exhaustion[]): ServerView {
  return { ...calm, report: aReport({ exhaustions, evidence }) };
}

describe("a forecast", () => {
  test("is a warning when it is first made, with when slots run out", () => {
    expect(told(calm, seen(forecast("role", "app")))).toEqual([
      {
        level: "warn",
        message: "slots will run out",
        fields: {
          server: "db1",
          scope: "role",
          name: "app",
          limit: 97,
          used: 50,
          in_seconds: { estimate: 2400, lower: 1860, upper: 3120 },
        },
      },
    ]);
  });

  test("is not repeated while it moves, and each scope has its own", () => {
    const before = seen(forecast("role", "app"));
    const later = seen(forecast("role", "app", 2000), forecast("role", "other"), forecast("server", ""));
    expect(told(before, later)).toMatchObject([
      { message: "slots will run out", fields: { scope: "role", name: "other" } },
      { message: "slots will run out", fields: { scope: "server", name: "" } },
    ]);
  });

  test("that is not made any more is told too", () => {
    expect(told(seen(forecast("role", "app"), forecast("server", "")), seen(forecast("server", "")))).toEqual(
      [
        {
          level: "info",
          message: "slots no longer run out",
          fields: { server: "db1", scope: "role", name: "app" },
        },
      ],
    );
  });

  test("is neither repeated nor taken back by looks that fail", () => {
    const before = seen(forecast("role", "app"));
    const down = failed(before, "timeout");
    const later = { ...seen(forecast("role", "app", 2000)), evidenceFailure: null };
    expect(told(before, down)).toMatchObject([{ message: "look failed" }]);
    expect(told(before, down, down, later)).toMatchObject([{ message: "looks succeed again" }]);
  });

  test("that is not made any more after looks that failed is told to be gone", () => {
    const before = seen(forecast("server", ""));
    expect(told(before, failed(before, "timeout"), calm)).toMatchObject([
      { message: "looks succeed again" },
      { message: "slots no longer run out", fields: { scope: "server" } },
    ]);
  });

  test.for([
    { what: "its limit is unknown", blind: aReport() },
    {
      what: "its sessions are counted in part",
      blind: aReport({
        evidence,
        snapshot: aSnapshot({ coverage: { ...aSnapshot().coverage, groupsFolded: 3 } }),
      }),
    },
  ])("of a role stands while $what, and is not told twice", ({ blind }) => {
    const before = seen(forecast("role", "app"));
    const unsure = { ...calm, report: blind };
    expect(told(before, unsure)).toEqual([]);
    expect(told(before, unsure, unsure, before)).toEqual([]);
    expect(told(before, unsure, seen())).toMatchObject([{ message: "slots no longer run out" }]);
  });
});

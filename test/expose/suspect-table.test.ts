import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { rankedSuspects } from "../../src/expose/suspect-columns.ts";
import { suspectTable } from "../../src/expose/suspect-table.ts";
import { aBackend } from "../support/a-backend.ts";
import { aReport, aServerView, aSuspect } from "../support/a-view.ts";

function tableOf(...suspects: readonly ReturnType<typeof aSuspect>[]): readonly string[] {
  return suspectTable(suspects.map((suspect) => ({ server: "db1", suspect })));
}

test("a suspect stands under its titles, numbers to the right", () => {
  const long = aSuspect({
    severity: "leaked",
    kind: "stale_active",
    certainty: "low",
    ageSeconds: 7300,
    sightings: 140,
  });
  expect(tableOf(long, aSuspect())).toEqual([
    "VERDICT  KIND                   FOR  SURE  SEEN  APPLICATION  ROLE  DATABASE  CLIENT     PID  SERVER",
    "leaked   stale_active         2h01m  low   140x  web-1        app   shop      10.0.0.7  4242  db1",
    "suspect  idle_in_transaction     2m  high   12x  web-1        app   shop      10.0.0.7  4242  db1",
  ]);
});

test("no suspects, no lines", () => {
  expect(tableOf()).toEqual([]);
});

test("a session without an address is local, one without names has empty cells", () => {
  const backend = aBackend({ clientAddr: null, applicationName: null, usename: null, datname: null });
  expect(tableOf(aSuspect({ backend }))[1]).toMatch(
    /^suspect {2}idle_in_transaction {3}2m {2}high {3}12x {2}\s+local {3}4242 {2}db1$/,
  );
});

test("a long name is cut to 32 characters, and says so", () => {
  const backend = aBackend({ applicationName: "👍".repeat(40) });
  expect(tableOf(aSuspect({ backend }))[1]).toContain(`  ${"👍".repeat(31)}…  `);
});

test("a name of exactly 32 characters is not cut", () => {
  const backend = aBackend({ applicationName: "x".repeat(32) });
  expect(tableOf(aSuspect({ backend }))[1]).toContain(`  ${"x".repeat(32)}  `);
});

test("no name can add a line, a column or a terminal sequence", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const backend = aBackend({ applicationName: name, usename: name, datname: name, clientAddr: name });
      const lines = tableOf(aSuspect({ backend }), aSuspect());
      expect(lines).toHaveLength(3);
      expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      // Every row has its last cell under the last title.
      const column = lines[0]?.indexOf("SERVER");
      expect(lines.map((line) => line.slice(column))).toEqual(["SERVER", "db1", "db1"]);
    }),
  );
});

describe("the ranking", () => {
  const old = aSuspect({ ageSeconds: 900 });
  const young = aSuspect({ ageSeconds: 70 });
  const leaked = aSuspect({ ageSeconds: 650, severity: "leaked" });

  test("puts the leaked first, then the oldest, whatever server they are on", () => {
    const servers = [
      aServerView({ server: "db1", report: aReport({ suspects: [young, leaked] }) }),
      aServerView({ server: "db2", report: aReport({ suspects: [old] }) }),
    ];
    expect(rankedSuspects(servers)).toEqual([
      { server: "db1", suspect: leaked },
      { server: "db2", suspect: old },
      { server: "db1", suspect: young },
    ]);
  });

  test("leaves out a server whose last look failed", () => {
    expect(rankedSuspects([aServerView({ report: null })])).toEqual([]);
  });
});

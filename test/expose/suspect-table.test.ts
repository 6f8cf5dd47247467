import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { cutToWidth, displayWidth } from "../../src/expose/display-width.ts";
import { rankedSuspects } from "../../src/expose/suspect-columns.ts";
import { suspectTable } from "../../src/expose/suspect-table.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { aBackend } from "../support/a-backend.ts";
import {
  anOvergrownPool,
  aHarm,
  aPoolSuspect,
  aPreparedSuspect,
  aReport,
  aServerView,
  aSuspect,
} from "../support/a-view.ts";

function tableOf(...suspects: readonly Episode[]): readonly string[] {
  return suspectTable([aServerView({ report: aReport({ suspects }) })]);
}

test("a suspect stands under its titles, numbers to the right", () => {
  const long = aSuspect({
    severity: "leaked",
    kind: "stale_active",
    certainty: "low",
    ageSeconds: 7300,
    sightings: 140,
    harm: aHarm({ level: "blocking", blockedSessions: 7, horizonAge: 12_000 }),
    commentKeys: new Map([["route", "/checkout"]]),
  });
  expect(tableOf(long, aSuspect())).toEqual([
    "VERDICT  KIND                 HARM        FOR  SUBJECT   APPLICATION  ROLE  ORIGIN     DATABASE  CLIENT    SURE  SEEN  SERVER",
    "leaked   stale_active         blocks 7  2h01m  pid 4242  web-1        app   /checkout  shop      10.0.0.7  low   140x  db1",
    "suspect  idle_in_transaction  slot         2m  pid 4242  web-1        app              shop      10.0.0.7  high   12x  db1",
  ]);
});

test("a prepared transaction has its gid, and neither an application nor a client", () => {
  expect(tableOf(aPreparedSuspect())).toEqual([
    "VERDICT  KIND                  HARM         FOR  SUBJECT       APPLICATION  ROLE  ORIGIN  DATABASE  CLIENT  SURE  SEEN  SERVER",
    "suspect  prepared_transaction  vacuum 4.2k  10m  gid order-17               app           shop              high   12x  db1",
  ]);
});

test("a pool has the number of its sessions; where its applications differ, the name it was declared under", () => {
  const holder = { datname: null, usename: "orders", applicationName: null };
  const declared = aPoolSuspect({ pool: anOvergrownPool({ name: "checkout", holder }) });
  expect(tableOf(aPoolSuspect(), declared)).toEqual([
    "VERDICT  KIND            HARM  FOR  SUBJECT      APPLICATION    ROLE    ORIGIN     DATABASE  CLIENT  SURE    SEEN  SERVER",
    "suspect  pool_overgrown  slot   2m  95 sessions  orders-api     orders  /checkout  shop              medium   12x  db1",
    "suspect  pool_overgrown  slot   2m  95 sessions  pool checkout  orders  /checkout                    medium   12x  db1",
  ]);
});

test.for([
  { harm: aHarm({ level: "ddl" }), text: "ddl" },
  { harm: aHarm({ level: "vacuum", horizonAge: 12_345 }), text: "vacuum 12k" },
  { harm: aHarm({ level: "blocking", blockedSessions: 1, horizonAge: 5 }), text: "blocks 1" },
])("harm reads as $text", ({ harm, text }) => {
  expect(tableOf(aSuspect({ harm }))[1]).toContain(`  ${text}  `);
});

test("one that is expected is marked so: it stands there for its harm alone", () => {
  const expectation = { source: "configuration", leftSeconds: 60, reason: null } as const;
  const harm = aHarm({ level: "blocking", blockedSessions: 1 });
  expect(tableOf(aSuspect({ harm, expectation }))[1]).toContain("  blocks 1, expected  ");
});

test("no suspects, no lines", () => {
  expect(tableOf()).toEqual([]);
});

test("a session without an address is local, one without names has empty cells", () => {
  const backend = aBackend({ clientAddr: null, applicationName: null, usename: null, datname: null });
  expect(tableOf(aSuspect({ backend }))[1]).toMatch(
    /^suspect {2}idle_in_transaction {2}slot {3}2m {2}pid 4242\s+local {3}high {3}12x {2}db1$/,
  );
});

test("what a pooler says of its client stands behind the address that the server saw", () => {
  const behind = { pooledClientAddr: "10.0.0.9" };
  const rows = tableOf(
    aSuspect({ backend: aBackend({ ...behind, clientAddr: "10.0.0.5" }) }),
    aSuspect({ backend: aBackend({ ...behind, clientAddr: null }) }),
  );
  expect(rows[1]).toContain("  10.0.0.5 for 10.0.0.9  ");
  expect(rows[2]).toContain("  local for 10.0.0.9     ");
});

function rowOf(applicationName: string): string | undefined {
  return tableOf(aSuspect({ backend: aBackend({ applicationName }) }))[1];
}

test("a long name is cut to 32 columns of a terminal, and says so", () => {
  expect(rowOf("x".repeat(33))).toContain(`  ${"x".repeat(31)}…  `);
  expect(rowOf("👍".repeat(17))).toContain(`  ${"👍".repeat(15)}…  `);
});

test("a name of exactly 32 columns is not cut", () => {
  expect(rowOf("x".repeat(32))).toContain(`  ${"x".repeat(32)}  `);
  expect(rowOf("表".repeat(16))).toContain(`  ${"表".repeat(16)}  `);
});

function titlesIn(servers: readonly ServerView[], mostColumns: number): readonly string[] | undefined {
  return suspectTable(servers, mostColumns)[0]?.split(/ {2,}/);
}

describe("where a line is too short", () => {
  const suspect = aSuspect({ commentKeys: new Map([["route", "/checkout"]]) });
  const one = aServerView({ report: aReport({ suspects: [suspect] }) });
  const all = "VERDICT KIND HARM FOR SUBJECT APPLICATION ROLE ORIGIN DATABASE CLIENT SURE SEEN SERVER".split(
    " ",
  );
  const without = (...titles: readonly string[]) => all.filter((title) => !titles.includes(title));

  test("what matters least is left out, first which server it is where there is one only", () => {
    expect(titlesIn([one], 119)).toEqual(all);
    expect(titlesIn([one], 118)).toEqual(without("SERVER"));
    expect(titlesIn([one], 110)).toEqual(without("SERVER", "SEEN"));
    expect(titlesIn([one], 80)).toEqual(without("SERVER", "SEEN", "SURE", "CLIENT", "DATABASE"));
    expect(titlesIn([one], 10)).toHaveLength(2);
  });

  test("the server stays for longer where there are several", () => {
    const servers = [one, aServerView({ server: "db2" })];
    expect(titlesIn(servers, 118)).toEqual(without("SEEN"));
    const titles = ["VERDICT", "KIND", "HARM", "FOR", "SUBJECT", "APPLICATION", "SERVER"];
    expect(titlesIn(servers, 70)).toEqual(titles);
    expect(titlesIn(servers, 69)).toEqual(titles.filter((title) => title !== "HARM"));
  });

  test("terminals of 100 and of 80 columns show what decides, with the longest kind and usual names", () => {
    const backend = aBackend({ applicationName: "inventory-sync", usename: "reporting" });
    const suspects = [
      aSuspect({ kind: "idle_in_transaction_aborted", backend }),
      aSuspect({ harm: aHarm({ level: "vacuum", horizonAge: 2000 }), backend }),
      aPoolSuspect({ commentKeys: new Map([["route", "/orders/{id}"]]) }),
    ];
    const servers = [aServerView({ report: aReport({ suspects }) })];
    const decisive = ["VERDICT", "KIND", "HARM", "FOR", "SUBJECT", "APPLICATION"];
    expect(titlesIn(servers, 99)).toEqual([...decisive, "ORIGIN"]);
    expect(titlesIn(servers, 79)).toEqual(decisive.filter((title) => title !== "HARM"));
  });

  test("no line is longer, whatever stands in it", () => {
    const name = fc.string({ unit: fc.constantFrom("a", "表", "👍", "e\u0301", " ", "❤\ufe0f", "…") });
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 200 }), (text, mostColumns) => {
        const backend = aBackend({ applicationName: text, usename: text });
        const suspects = [aSuspect({ backend }), aPreparedSuspect(), aPoolSuspect()];
        const lines = suspectTable(
          [aServerView({ server: text, report: aReport({ suspects }) })],
          mostColumns,
        );
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(mostColumns);
      }),
    );
  });
});

test("no name can add a line, a column or a terminal sequence", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const backend = aBackend({ applicationName: name, usename: name, datname: name, clientAddr: name });
      const commentKeys = new Map([["route", name]]);
      const prepared = { ...aPreparedSuspect().prepared, gid: name };
      const pool = anOvergrownPool({
        name,
        holder: { datname: name, usename: name, applicationName: null },
      });
      const lines = tableOf(
        aSuspect({ backend, commentKeys }),
        aSuspect(),
        aPreparedSuspect({ prepared }),
        aPoolSuspect({ pool, commentKeys }),
      );
      expect(lines).toHaveLength(5);
      expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      // Every row has its last cell under the last title.
      const column = lines[0]?.indexOf("SERVER") ?? 0;
      expect(lines.map((line) => line.slice(cutToWidth(line, column).length))).toEqual([
        "SERVER",
        ...lines.slice(1).map(() => "db1"),
      ]);
    }),
  );
});

describe("the ranking", () => {
  const old = aSuspect({ ageSeconds: 900 });
  const young = aSuspect({ ageSeconds: 70 });
  const leaked = aSuspect({ ageSeconds: 650, severity: "leaked" });

  test("puts what harms others most before what is older, but never before what is leaked", () => {
    const [blocking, vacuum, ddl] = (["blocking", "vacuum", "ddl"] as const).map((level) =>
      aSuspect({ ageSeconds: 70, harm: aHarm({ level }) }),
    );
    const suspects = [old, ddl, leaked, vacuum, blocking].flatMap((suspect) => suspect ?? []);
    const ranked = rankedSuspects([aServerView({ report: aReport({ suspects }) })]);
    expect(ranked.map(({ suspect }) => suspect)).toEqual([leaked, blocking, vacuum, ddl, old]);
  });

  test("puts the leaked first, then the oldest, whatever server they are on", () => {
    const servers = [
      aServerView({ server: "db1", report: aReport({ suspects: [young, leaked] }) }),
      aServerView({ server: "db2", report: aReport({ suspects: [old] }) }),
    ];
    expect(rankedSuspects(servers)).toEqual([
      { server: "db1", suspect: leaked, decision: null },
      { server: "db2", suspect: old, decision: null },
      { server: "db1", suspect: young, decision: null },
    ]);
  });

  test("leaves out a server whose last look failed", () => {
    expect(rankedSuspects([aServerView({ report: null })])).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { landingPage } from "../../src/expose/landing-page.ts";
import { leashSentence } from "../../src/expose/leash-sentence.ts";
import { suspectTable } from "../../src/expose/suspect-table.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { aLeaked, aLeash, anEntry, anOpenBreaker, aPolicy, aRule, noLimits, NOW } from "../support/a-case.ts";
import { aLeashedView, aLeashReport, type Deciding } from "../support/a-leash-report.ts";
import { sectionOf, tableOf } from "../support/landing-tables.ts";
import { aReport, aServerView, aSuspect, aView } from "../support/a-view.ts";

const announcing = aPolicy({ rules: [aRule({ warnForSeconds: 45 })] });
const limited = aPolicy({ limits: { ...noLimits, perLook: 1, perHour: 30 } });
const dry = { permits: { isEnforcing: false } };
const protecting = aPolicy({ protections: [{ name: "nightly", mayMatch: () => true }] });

/** The cell under the title LEASH of the last line, up to the next title. */
function cellOf(suspect: Episode, deciding: Deciding): string | undefined {
  const [titles = "", row = ""] = suspectTable([aLeashedView([suspect], deciding)]);
  return row.slice(titles.indexOf("LEASH"), titles.indexOf("SUBJECT")).trim();
}

describe("the table of suspects", () => {
  test.for<{ text: string; suspect?: Episode; deciding: Deciding }>([
    { text: "terminated", deciding: {} },
    { text: "moved on", deciding: { outcome: () => "moved_on" } },
    { text: "not confirmed", deciding: { outcome: () => "not_confirmed" } },
    { text: "ends in 45s", deciding: { policy: announcing } },
    { text: "would end in 45s", deciding: { policy: announcing, situation: dry } },
    { text: "dry run", deciding: { situation: dry } },
    {
      text: "dry run, no privilege",
      deciding: { situation: { permits: { isEnforcing: false, canSignal: false } } },
    },
    { text: "protected", deciding: { policy: protecting } },
    { text: "not leaked", suspect: aLeaked(1, { severity: "suspect" }), deciding: {} },
    { text: "no rule", deciding: { policy: aPolicy({ rules: [aRule({ matches: () => false })] }) } },
  ])("says: $text", ({ text, suspect = aLeaked(), deciding }) => {
    expect(cellOf(suspect, deciding)).toBe(text);
  });

  test("says how much of the notice is left, and never less than nothing", () => {
    const before = aLeashReport([aLeaked()], { policy: announcing }).state;
    const later = (seconds: number): Deciding => {
      const limits = { ...noLimits, perLook: 0 };
      return { policy: { ...announcing, limits }, before, situation: { nowSeconds: NOW + seconds } };
    };
    expect(cellOf(aLeaked(), later(30))).toBe("ends in 15s");
    expect(cellOf(aLeaked(), later(60))).toBe("rate look");
  });

  test("says of what a dry run recorded earlier that it is one, and of what was done that it was", () => {
    const recorded = aLeashReport([aLeaked()], { situation: dry }).state;
    const later = { nowSeconds: NOW + 10 };
    expect(cellOf(aLeaked(), { before: recorded, situation: { ...later, ...dry } })).toBe("dry run");
    const cancelled = aLeashReport([aLeaked()], { outcome: () => "cancelled" }).state;
    expect(cellOf(aLeaked(), { before: cancelled, situation: later })).toBe("acted before");
  });

  test("has no such column where no server has rules", () => {
    const calm = aServerView({ report: aReport({ suspects: [aSuspect()] }) });
    expect(suspectTable([calm])[0]).not.toContain("LEASH");
    const [titles = "", ...rows] = suspectTable([calm, { ...aLeashedView([aLeaked()]), server: "db2" }]);
    expect(titles).toContain("LEASH");
    const cells = rows.map((row) => row.slice(titles.indexOf("LEASH"), titles.indexOf("SUBJECT")).trim());
    expect(cells).toEqual(["terminated", ""]);
  });
});

function sentenceOf(deciding: Deciding, isEnforceFlagged = true): string {
  return leashSentence(aLeashReport([aLeaked(1)], { policy: limited, ...deciding }), { isEnforceFlagged });
}

describe("the sentence about a leash", () => {
  test("says whether anybody is ended, and how much of the budget is used", () => {
    expect(sentenceOf({})).toBe("enforcing; 1 of 30 acts in the last hour");
    expect(sentenceOf({ situation: dry })).toMatch(/; 1 of 30 would-be acts in the last hour$/);
  });

  test.for([
    ["dry_run", false, "the file says mode: dry_run and --enforce was not given"],
    ["dry_run", true, "the file says mode: dry_run"],
    ["enforce", false, "--enforce was not given"],
  ] as const)("says why it is a dry run, with mode: %s and the flag: %s", ([mode, isFlagged, why]) => {
    const [says] = sentenceOf({ policy: { ...limited, mode }, situation: dry }, isFlagged).split("; ");
    expect(says).toBe(`dry run, because ${why}: nobody is ended`);
  });

  test("says that it is held back by a bad file, and what it did before", () => {
    const before = aLeash(anEntry(), anEntry({ outcome: "moved_on" }));
    const held = "held back, because the configuration could not be reloaded: nobody is ended; ";
    expect(sentenceOf({ before, situation: dry })).toBe(
      `${held}1 of 30 would-be acts in the last hour; before that 1 real act`,
    );
    expect(sentenceOf({ before: aLeash(anEntry(), anEntry()), situation: dry })).toMatch(
      /; before that 2 real acts$/,
    );
    expect(sentenceOf({ before })).not.toContain("real");
  });

  test.for<{ text: string; deciding: Deciding }>([
    {
      text: "paused by ada until 2027-01-15T09:00Z: release 7",
      deciding: {
        situation: { permits: { pause: { reason: "release 7", untilSeconds: NOW + 3600, by: "ada" } } },
      },
    },
    {
      text: "paused: by hand",
      deciding: { situation: { permits: { pause: { reason: "by hand", untilSeconds: null, by: null } } } },
    },
    ...[
      "the breaker is open: 3 acts did not make the sessions of role app, application web-1 fewer (100 before, 101 after)",
      "it tries one act after 2027-01-15T08:29:00Z",
      "it opened at 2027-01-15T07:59:00Z",
    ].map((text) => ({
      text,
      deciding: { before: { ...emptyLeash, ledger: { entries: [], breaker: anOpenBreaker() } } },
    })),
    {
      text: "no lease: it is held by pid 17",
      deciding: {
        situation: { permits: { hasLease: false } },
        refusals: { leaseRefusal: "it is held by pid 17" },
      },
    },
    { text: "a pooler sits in between", deciding: { situation: { permits: { isPooled: true } } } },
    { text: "no grant of pg_signal_backend", deciding: { situation: { permits: { canSignal: false } } } },
    { text: "the audit does not work: ENOSPC", deciding: { refusals: { auditFailure: "ENOSPC" } } },
  ])("says: $text", ({ text, deciding }) => {
    expect(sentenceOf(deciding).split("; ")).toContain(text);
    expect(sentenceOf({})).not.toContain(text);
  });

  test("says how many are announced", () => {
    const [one, two] = [[aLeaked(1)], [aLeaked(1), aLeaked(2)]].map((suspects) =>
      leashSentence(aLeashReport(suspects, { policy: announcing }), { isEnforceFlagged: true }),
    );
    expect(one).toMatch(/; 1 session announced$/);
    expect(two).toMatch(/; 2 sessions announced$/);
  });
});

function pageOf(...servers: readonly ServerView[]): string {
  return landingPage(aView({ servers, isEnforceFlagged: true }), { metricsPath: "/metrics", hasApi: true });
}

describe("the page", () => {
  test("has mode, obstacles and counts of each server, and what is done about each suspect", () => {
    const leashed = pageOf(aServerView(), aLeashedView([aLeaked()], { policy: limited }));
    expect(tableOf(leashed, "What may be done")).toEqual([
      ["Server", "Mode", "In the way", "Done"],
      ["db1", "enforcing", "nothing: no pause, and the breaker is closed", "1 of 30 acts in the last hour"],
    ]);
    const [titles = [], row = []] = tableOf(leashed, "Suspects");
    expect(row[titles.indexOf("Leash")]).toBe("terminated rule everything");
  });

  test.for<{ says: string; deciding: Deciding }>([
    { says: "ends in 45s rule everything", deciding: { policy: announcing } },
    { says: "would end in 45s rule everything", deciding: { policy: announcing, situation: dry } },
    { says: "spared: dry run rule everything", deciding: { situation: dry } },
    { says: "spared: protected rule everything", deciding: { policy: protecting } },
    { says: "spared: no rule", deciding: { policy: aPolicy({ rules: [aRule({ matches: () => false })] }) } },
  ])("says of a suspect: $says", ({ says, deciding }) => {
    const [titles = [], row = []] = tableOf(pageOf(aLeashedView([aLeaked()], deciding)), "Suspects");
    expect(row[titles.indexOf("Leash")]).toBe(says);
  });

  test("says of a server without rules that it has none, and of one that is down that nothing is done", () => {
    expect(sectionOf(pageOf(aServerView()), "Leash")).toBe(
      "Leash There are no rules: pgleash only watches, and ends nobody.",
    );
    const suspected = aServerView({ server: "db2", report: aReport({ suspects: [aSuspect()] }) });
    const mixed = tableOf(pageOf(aLeashedView([aLeaked()]), suspected), "Suspects");
    expect(mixed.at(-1)?.[mixed[0]?.indexOf("Leash") ?? 0]).toBe("no rules here");
    const down = { ...aLeashedView([]), report: null };
    expect(tableOf(pageOf(down), "What may be done")[1]).toEqual([
      "db1",
      "nothing is done while no look succeeds",
      "",
      "",
    ]);
  });

  test("tells a pause and an open breaker, and folds the servers in whose way nothing stands", () => {
    const pause = { reason: "release 7", untilSeconds: null, by: "ada" };
    const before = { ...emptyLeash, ledger: { entries: [], breaker: anOpenBreaker() } };
    const paused = { ...aLeashedView([], { before, situation: { permits: { pause } } }), server: "paused" };
    const free = Array.from({ length: 20 }, () => aLeashedView([], { policy: limited }));
    const page = pageOf(...free, paused);
    const [, row = [], ...others] = tableOf(page, "What may be done");
    expect(others).toEqual([]);
    expect(row[0]).toBe("paused");
    expect(row[2]).toMatch(/^paused by ada: release 7 the breaker is open: 3 acts did not .* it opened at/);
    expect(sectionOf(page, "Leash")).toContain(
      "20 servers with nothing in the way db1 enforcing; 0 of 30 acts in the last hour db1",
    );
  });

  test("says of a dry run whether the flag is what is missing", () => {
    const servers = [aLeashedView([aLeaked()], { policy: limited, situation: dry })];
    const [without, held] = [false, true].map((isEnforceFlagged) => {
      const page = landingPage(aView({ servers, isEnforceFlagged }), {
        metricsPath: "/metrics",
        hasApi: true,
      });
      return tableOf(page, "What may be done")[1]?.[1];
    });
    expect(without).toBe("dry run, because --enforce was not given: nobody is ended");
    expect(held).toBe("held back, because the configuration could not be reloaded: nobody is ended");
  });
});

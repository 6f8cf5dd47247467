import { describe, expect, test } from "vitest";

import { landingPage } from "../../src/expose/landing-page.ts";
import { firstView, viewAfterFailure } from "../../src/expose/server-view.ts";
import type { ServerView, View } from "../../src/expose/view.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aBackend } from "../support/a-backend.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { sectionOf, tableOf, textOf } from "../support/landing-tables.ts";
import {
  aGroup,
  aHarm,
  aPoolSuspect,
  aPoolUse,
  aPreparedSuspect,
  aProbe,
  aReport,
  aServerView,
  aSuspect,
  aView,
} from "../support/a-view.ts";

const links = { metricsPath: "/metrics", hasApi: true };
const inSeconds = { estimate: 2400, lower: 1860, upper: 3120 };

function pageOf(...servers: readonly ServerView[]): string {
  return landingPage(aView({ servers }), links);
}

function serverRows(...servers: readonly ServerView[]): readonly (readonly string[])[] {
  return tableOf(pageOf(...servers), "Servers").slice(1);
}

function downView(view: ServerView = aServerView(), message = "password refused"): ServerView {
  return viewAfterFailure(view, new PostgresFailure("auth", message));
}

describe("a server", () => {
  test("that was seen is up, with its version, sessions, slots and suspects", () => {
    const snapshot = aSnapshot({
      groups: [aGroup({ sessions: 3 }), aGroup({ state: "active", sessions: 4 })],
    });
    const suspects = [aSuspect(), aSuspect({ severity: "leaked" })];
    const report = aReport({ snapshot, suspects, slots: { used: 95, limit: 97 } });
    expect(tableOf(pageOf(aServerView({ report })), "Servers")).toEqual([
      ["Server", "State", "PostgreSQL", "Sessions", "Slots", "Suspects"],
      ["db1", "up as of 08:00:00 UTC", "18.4", "7", "95 of 97", "1 leaked, 1 suspected"],
    ]);
  });

  test("that nobody looked at yet says so, and shows no numbers", () => {
    expect(serverRows(firstView("db1", 5))).toEqual([["db1", "not looked at yet", "", "", "", ""]]);
  });

  test("that is down says why and since when, and shows no numbers", () => {
    const says = "down (auth): password refused; last look 2027-01-15T08:00:00Z";
    expect(serverRows(downView())).toEqual([["db1", says, "18.4", "", "", ""]]);
  });

  test("that never answered does not name a look", () => {
    expect(serverRows(downView(firstView("db1", 5)))[0]?.[1]).toBe(
      "down (auth): password refused; never seen",
    );
  });

  test("that is a standby says so", () => {
    const report = aReport({ snapshot: aSnapshot({ standby: true }) });
    expect(serverRows(aServerView({ report }))[0]?.[2]).toBe("18.4 standby");
  });

  test.for<{ what: string; view: ServerView }>([
    {
      what: "4 sessions hidden: grant pg_monitor",
      view: aServerView({
        report: aReport({
          snapshot: aSnapshot({ coverage: { ...aSnapshot().coverage, hiddenSessions: 4 } }),
        }),
      }),
    },
    {
      what: "5 sessions too many to be read one by one",
      view: aServerView({
        report: aReport({
          snapshot: aSnapshot({ coverage: { ...aSnapshot().coverage, candidatesCut: 5 } }),
        }),
      }),
    },
    { what: "no evidence: permission denied", view: aServerView({ evidenceFailure: "permission denied" }) },
  ])("says what it does not show: $what", ({ what, view }) => {
    expect(serverRows(view)[0]?.[1]).toBe(`up as of 08:00:00 UTC ${what}`);
  });
});

describe("of many servers", () => {
  const calm = Array.from({ length: 300 }, (_, at) => aServerView({ server: `db${at}` }));

  test("only those take a row about which there is something to say; the calm ones are folded, with their figures", () => {
    const leaking = aServerView({ server: "leaking", report: aReport({ suspects: [aSuspect()] }) });
    const page = pageOf(...calm, downView(firstView("dead", 5)), leaking);
    expect(tableOf(page, "Servers").map(([name]) => name)).toEqual(["Server", "dead", "leaking"]);
    const [folded = ""] = page.match(/<details[^>]*>.*?<\/details>/s) ?? [];
    expect(textOf(folded)).toMatch(/^300 calm servers db0 3 sessions, 4 of 97 slots db1 3 sessions/);
    expect(page).toContain('<a href="?unfolded">Keep unfolded</a>');
  });

  test("the calm ones are unfolded for whoever asks, and folded again", () => {
    const page = landingPage(aView({ servers: calm }), { ...links, isUnfolded: true });
    expect(page).toMatch(/<details\s+open>/);
    expect(page).toContain('<a href=".">Fold</a>');
    expect(pageOf(...calm)).not.toMatch(/<details\s+open>/);
  });

  test("all have a row while they are few", () => {
    expect(serverRows(...calm.slice(0, 10))).toHaveLength(10);
    expect(tableOf(pageOf(...calm.slice(0, 11)), "Servers")).toEqual([]);
  });

  test("no more take a row than are read, and the rest is counted", () => {
    const dead = calm.slice(0, 150).map((view) => downView(view));
    expect(serverRows(...dead)).toHaveLength(100);
    expect(sectionOf(pageOf(...dead), "Servers")).toMatch(/And 50 more\.$/);
  });
});

describe("a suspect", () => {
  const commentKeys = new Map([["route", "/checkout"]]);

  test("says who it is, what is wrong, whom it harms, how long, and who holds it", () => {
    const backend = aBackend({ clientAddr: "10.0.0.7" });
    const harm = aHarm({ level: "blocking", blockedSessions: 3 });
    const report = aReport({ suspects: [aSuspect({ backend, commentKeys, harm })] });
    expect(tableOf(pageOf(aServerView({ report })), "Suspects")).toEqual([
      ["Suspect", "Verdict", "Harm", "For", "Held by"],
      [
        "web-1 pid 4242",
        "suspect idle in transaction sure: high, seen 12x",
        "blocks 3",
        "2m",
        "role app database shop client 10.0.0.7 route /checkout SELECT $1",
      ],
    ]);
  });

  test("names its server where there are several, and leads to the page about its kind", () => {
    const page = pageOf(aServerView({ report: aReport({ suspects: [aSuspect()] }) }), firstView("db2", 5));
    expect(tableOf(page, "Suspects")[1]?.[0]).toBe("web-1 pid 4242 on db1");
    expect(page).toMatch(/href="https:[^"]*\/docs\/detectors\/idle_in_transaction\.md"/);
  });

  test("without an application says so; a pool says how large it is", () => {
    const report = aReport({ suspects: [aPreparedSuspect(), aPoolSuspect()] });
    const names = tableOf(pageOf(aServerView({ report })), "Suspects").map(([name]) => name);
    expect(names.slice(1)).toEqual(["no application name gid order-17", "orders-api 95 sessions"]);
  });

  test("shows no statement where the API is turned off", () => {
    const servers = [aServerView({ report: aReport({ suspects: [aSuspect()] }) })];
    expect(landingPage(aView({ servers }), { ...links, hasApi: false })).not.toContain("SELECT");
  });

  test("stands in the order of the ranking, the hundred worst of them", () => {
    const suspects = [...Array.from({ length: 110 }, () => aSuspect()), aSuspect({ severity: "leaked" })];
    const page = pageOf(aServerView({ report: aReport({ suspects }) }));
    const verdicts = tableOf(page, "Suspects").map(([, verdict = ""]) => verdict.split(" ")[0]);
    expect(verdicts.slice(0, 3)).toEqual(["Verdict", "leaked", "suspect"]);
    expect(verdicts).toHaveLength(101);
    expect(sectionOf(page, "Suspects")).toContain("And 11 more: the JSON lists all of them. Harm: blocks N");
  });
});

describe("without suspects the page says what that proves, where", () => {
  const down = downView(firstView("db2", 5));
  const [up, fresh] = [aServerView(), firstView("db3", 5)];

  test.for([
    { what: "all answered", servers: [up, up], says: "None." },
    { what: "one did", servers: [up, down], says: "None on the 1 server that answered (of 2)." },
    { what: "two did", servers: [up, fresh, up], says: "None on the 2 servers that answered (of 3)." },
    { what: "nobody did", servers: [down, fresh], says: "Unknown: no server could be looked at." },
  ])("$what", ({ servers, says }) => {
    expect(sectionOf(pageOf(...servers), "Suspects")).toBe(`Suspects ${says}`);
  });
});

describe("pools and forecast", () => {
  test("tell what leaks how fast, and when slots run out", () => {
    const report = aReport({
      suspects: [aPoolSuspect()],
      exhaustions: [{ scope: "role", name: "<app>", limit: 97, used: 50, inSeconds }],
    });
    expect(sectionOf(pageOf(aServerView({ report })), "Pools and forecast")).toBe(
      "Pools and forecast application orders-api, role orders, database shop, route /checkout: 12.0 (9.6 to 14.9) sessions" +
        " a minute leaked since 07:57 UTC, 30 so far slots of role <app> run out in 40 min (31 min to 52 min)",
    );
  });

  test("tell how full the declared pools are, those above their size first", () => {
    const pools = [
      aPoolUse(),
      aPoolUse({ name: "reports", excess: 4, overflow: 4, oldestSessionSeconds: null }),
    ];
    const [titles, ...rows] = tableOf(pageOf(aServerView({ report: aReport({ pools }) })), "Declared pools");
    expect(titles).toEqual(["Pool", "Active", "Idle", "Declared", "Above it", "Oldest session"]);
    expect(rows).toEqual([
      ["reports", "9", "6", "20 + 10", "4 too many", ""],
      ["orders", "9", "6", "20 + 10", "0", "30m"],
    ]);
  });

  test("name the servers where there are several, and no more pools than are read", () => {
    const report = aReport({ pools: Array.from({ length: 60 }, (_, at) => aPoolUse({ name: `pool${at}` })) });
    const page = pageOf(aServerView({ report }), firstView("db2", 5));
    const rows = tableOf(page, "Declared pools");
    expect(rows).toHaveLength(51);
    expect(rows[1]?.slice(0, 2)).toEqual(["pool0", "db1"]);
    expect(sectionOf(page, "Pools and forecast")).toMatch(/And 10 more\.$/);
  });

  test("are left out where there is nothing to say", () => {
    expect(pageOf(aServerView())).not.toContain("forecast");
  });
});

test("the page loads itself anew, and says when it was made and since when pgleash runs", () => {
  const page = pageOf(aServerView());
  expect(page).toContain('<meta http-equiv="refresh" content="10">');
  const text = textOf(page);
  expect(text).toContain("pgleash 1.2.3 up for 24h00m, since 2027-01-14T08:00:00Z");
  expect(text).toContain("As of 2027-01-15T08:00:02Z.");
});

test("a configuration that could not be reloaded is told at the top, until one could", () => {
  const [failed = "", mended] = [false, true].map((successful) => {
    const view = aView({ reload: { successful, lastSuccessSeconds: 1_799_999_000 } });
    return textOf(landingPage(view, links));
  });
  expect(failed.indexOf("could not be reloaded: the last good one holds")).toBeLessThan(
    failed.indexOf("Suspects None."),
  );
  expect(failed).toContain("Attention no suspects");
  expect(mended).not.toContain("reloaded");
});

/** What the page links to on its own server. */
function ownLinks(hasApi: boolean): readonly string[] {
  const page = landingPage(aView(), { metricsPath: "/probe/metrics", hasApi });
  return [...page.matchAll(/href="(\/[^"]*)"/g)].map(([, href = ""]) => href);
}

test.for([
  {
    serversFile: { isSuccessful: false, refusedTargets: 0 },
    says: "A file that names servers could not be read. The log",
  },
  {
    serversFile: { isSuccessful: false, refusedTargets: 0, lastSuccessSeconds: 1_800_000_000 },
    says: "A file that names servers could not be read: what it said before holds. The log",
  },
  { serversFile: { isSuccessful: true, refusedTargets: 1 }, says: "name 1 that is left out" },
  { serversFile: { isSuccessful: true, refusedTargets: 2 }, says: "name 2 that are left out" },
])("of the files that name servers: $says", ({ serversFile, says }) => {
  const view = aView({ serversFile: { lastSuccessSeconds: null, ...serversFile } });
  const text = textOf(landingPage(view, links));
  expect(text).toContain(says);
  expect(text).toContain("Attention no suspects");
  const good = { isSuccessful: true, refusedTargets: 0, lastSuccessSeconds: 1_800_000_000 };
  expect(textOf(landingPage(aView({ serversFile: good }), links))).toContain("Calm no suspects");
});

test("links to the metrics where they are, and to the API while it is on", () => {
  expect(ownLinks(true)).toEqual(["/probe/metrics", "/api/v1/suspects", "/-/ready"]);
  expect(ownLinks(false)).toEqual(["/probe/metrics", "/-/ready"]);
});

test("a process without servers says so", () => {
  const view: View = aView({ servers: [] });
  expect(textOf(landingPage(view, links))).toContain("no server is configured");
});

test("the versions of servers that do not tell theirs stay empty", () => {
  expect(serverRows(aServerView({ probe: null }))[0]?.[2]).toBe("");
  expect(serverRows(aServerView({ probe: aProbe({ versionText: "13.23" }) }))[0]?.[2]).toBe("13.23");
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import { landingPage } from "../../src/expose/landing-page.ts";
import { firstView, viewAfterFailure } from "../../src/expose/server-view.ts";
import type { ServerView, View } from "../../src/expose/view.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aBackend } from "../support/a-backend.ts";
import { anOpenBreaker } from "../support/a-case.ts";
import { aLeashReport } from "../support/a-leash-report.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import {
  aGroup,
  anOvergrownPool,
  aPoolSuspect,
  aPreparedSuspect,
  aProbe,
  aReport,
  aServerView,
  aSuspect,
  aView,
} from "../support/a-view.ts";

/** The cells of every row of both tables, titles left out. */
function rowsOf(view: View): readonly (readonly string[])[] {
  const rows =
    landingPage(view, { metricsPath: "/metrics", hasApi: true }).match(/<tr><td>.*?<\/tr>/gs) ?? [];
  return rows.map((row) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = ""]) => cell));
}

function pageOf(...servers: readonly ServerView[]): string {
  return landingPage(aView({ servers }), { metricsPath: "/metrics", hasApi: true });
}

describe("a server", () => {
  test("that was seen is up, with its version, sessions, slots and suspects", () => {
    const snapshot = aSnapshot({
      groups: [aGroup({ sessions: 3 }), aGroup({ state: "active", sessions: 4 })],
    });
    const report = aReport({ snapshot, suspects: [aSuspect()], slots: { used: 95, limit: 97 } });
    const view = aView({ servers: [aServerView({ report })] });
    expect(rowsOf(view)[0]).toEqual(["db1", "up, as of 08:00:00 UTC", "18.4", "7", "95 of 97", "1"]);
  });

  test("that nobody looked at yet says so", () => {
    const view = aView({ servers: [firstView("db1", 5)] });
    expect(rowsOf(view)).toEqual([["db1", "not looked at yet", "", "", "", ""]]);
  });

  test("that is down says why, and shows no numbers", () => {
    const failed = viewAfterFailure(aServerView(), new PostgresFailure("auth", "password refused"));
    expect(rowsOf(aView({ servers: [failed] }))).toEqual([
      ["db1", "down (auth): password refused; last look 08:00:00 UTC", "18.4", "", "", ""],
    ]);
  });

  test("that never answered does not name a look", () => {
    const failed = viewAfterFailure(firstView("db1", 5), new PostgresFailure("connect", "refused"));
    expect(rowsOf(aView({ servers: [failed] }))[0]?.[1]).toBe("down (connect): refused; never seen");
  });

  test("stands out in red while it is down, and only then", () => {
    const failed = viewAfterFailure(aServerView(), new PostgresFailure("auth", "password refused"));
    expect(pageOf(aServerView(), failed, firstView("db3", 5)).match(/<td class="bad">[^(]*/g)).toEqual([
      '<td class="bad">down ',
    ]);
  });

  test("that hides sessions says what to grant", () => {
    const coverage = { ...aSnapshot().coverage, hiddenSessions: 4 };
    const view = aView({
      servers: [aServerView({ report: aReport({ snapshot: aSnapshot({ coverage }) }) })],
    });
    expect(rowsOf(view)[0]?.[1]).toBe("up, as of 08:00:00 UTC, 4 sessions hidden: grant pg_monitor");
  });
});

test("a server that gives no evidence says why", () => {
  const view = aView({ servers: [aServerView({ evidenceFailure: "permission denied" })] });
  expect(rowsOf(view)[0]?.[1]).toBe("up, as of 08:00:00 UTC, no evidence: permission denied");
});

test("what leaks how fast, and when slots run out, stands above the table", () => {
  const inSeconds = { estimate: 2400, lower: 1860, upper: 3120 };
  const report = aReport({
    suspects: [aPoolSuspect()],
    exhaustions: [{ scope: "role", name: "<app>", limit: 97, used: 50, inSeconds }],
  });
  const page = landingPage(aView({ servers: [aServerView({ report })] }), {
    metricsPath: "/metrics",
    hasApi: true,
  });
  expect(page.match(/<li>.*<\/li>/g)).toEqual([
    "<li>application orders-api, role orders, database shop, route /checkout: 12.0 (9.6 to 14.9) sessions a minute leaked since 07:57 UTC, 30 so far</li>",
    "<li>slots of role &lt;app&gt; run out in 40 min (31 min to 52 min)</li>",
  ]);
  expect(page.indexOf("</ul>")).toBeLessThan(page.indexOf("<th>Verdict</th>"));
});

test("suspects stand in the order of the ranking; without any, the page says so", () => {
  const suspects = [aSuspect(), aSuspect({ severity: "leaked", ageSeconds: 650 })];
  const page = aView({ servers: [aServerView({ report: aReport({ suspects }) })] });
  expect(
    rowsOf(page)
      .slice(1)
      .map(([verdict]) => verdict),
  ).toEqual(["leaked", "suspect"]);
  expect(landingPage(aView(), { metricsPath: "/metrics", hasApi: true })).toContain(
    "<h2>Suspects</h2><p>None.</p>",
  );
});

describe("without suspects the page says what that proves, where", () => {
  const down = viewAfterFailure(firstView("db2", 5), new PostgresFailure("connect", "refused"));
  const [up, fresh] = [aServerView(), firstView("db3", 5)];

  test.for([
    { what: "all answered", servers: [up, up], says: "<p>None.</p>" },
    { what: "one did", servers: [up, down], says: "<p>None on the 1 server that answered (of 2).</p>" },
    { what: "two did", servers: [up, fresh, up], says: "<p>None on the 2 servers that answered (of 3).</p>" },
    {
      what: "nobody did",
      servers: [down, fresh],
      says: '<p class="bad">Unknown: no server could be looked at.</p>',
    },
  ])("$what", ({ servers, says }) => {
    expect(pageOf(...servers)).toContain(`<h2>Suspects</h2>${says}</body>`);
  });
});

test("the page loads itself anew, and says what harm means beside the suspects", () => {
  expect(pageOf(aServerView())).toContain('<meta http-equiv="refresh" content="10">');
  const report = aReport({ suspects: [aSuspect()] });
  expect(pageOf(aServerView({ report }))).toContain("</table><p>Harm: blocks N: ");
});

test("a configuration that could not be reloaded is told at the top, until one could", () => {
  const [failed, mended] = [false, true].map((successful) => {
    const view = aView({ reload: { successful, lastSuccessSeconds: 1_799_999_000 } });
    return landingPage(view, { metricsPath: "/metrics", hasApi: true });
  });
  expect(failed).toMatch(
    /<p class="bad">.*could not be reloaded: the last good one holds.*<h2>Servers<\/h2>/s,
  );
  expect(mended).not.toContain("reloaded");
});

test("links to the metrics where they are", () => {
  expect(landingPage(aView(), { metricsPath: "/probe/metrics", hasApi: true })).toContain(
    '<a href="/probe/metrics">',
  );
});

test("what means something in HTML is shown as what it is", () => {
  const backend = aBackend({ applicationName: `<b title="x">Tom & 'Jerry'</b>` });
  const view = aView({ servers: [aServerView({ report: aReport({ suspects: [aSuspect({ backend })] }) })] });
  expect(landingPage(view, { metricsPath: "/metrics", hasApi: true })).toContain(
    "<td>&lt;b title=&quot;x&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/b&gt;</td>",
  );
});

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    "</td></tr></table><h1>",
    "<!--",
    "&lt;",
    '" onload="x',
    "\u202e<",
  ),
);

function viewNaming(name: string): View {
  const backend = aBackend({ applicationName: name, usename: name, datname: name, clientAddr: name });
  const commentKeys = new Map([["route", name]]);
  const holder = { datname: name, usename: name, applicationName: name };
  const suspects = [
    aSuspect({ backend, commentKeys }),
    aPreparedSuspect({ prepared: { ...aPreparedSuspect().prepared, gid: name } }),
    aPoolSuspect({ pool: anOvergrownPool({ holder, name }), commentKeys }),
  ];
  const inSeconds = { estimate: 2400, lower: 1860, upper: 3120 };
  const permits = { pause: { reason: name, untilSeconds: null, by: name }, hasLease: false };
  const actedOn = {
    breadth: "holder",
    holder: { usename: name, applicationName: name, clientAddr: name },
  } as const;
  const breaker = anOpenBreaker({ grounds: { actedOn, acts: 3, sessionsBefore: 4, sessionsAfter: 4 } });
  const leash = aLeashReport(suspects, {
    before: { ...emptyLeash, ledger: { entries: [], breaker } },
    situation: { permits },
    refusals: { leaseRefusal: name, auditFailure: name },
  });
  const up = aServerView({
    server: name,
    probe: aProbe({ versionText: name }),
    evidenceFailure: name,
    report: aReport({
      suspects,
      leash,
      exhaustions: [{ scope: "role", name, limit: 97, used: 50, inSeconds }],
      horizons: [{ holder: "replication_slot", name, age: 2_000_000 }],
    }),
  });
  const down = viewAfterFailure(firstView(name, 5), new PostgresFailure("protocol", name));
  return aView({ version: name, servers: [up, down] });
}

/** The page of a view in which everything has this name, without its texts and the one link that is configured. */
function markupOf(name: string): string {
  const page = landingPage(viewNaming(name), { metricsPath: name, hasApi: true });
  return page.replaceAll(/(?<=>)[^<>]*(?=<)/g, "").replace(/href="[^"]*"/, "href");
}

test("no tag and no attribute comes from what a server, a role or an application is called", () => {
  const harmless = markupOf("x");
  fc.assert(
    fc.property(hostile, (name) => {
      expect(markupOf(name)).toBe(harmless);
    }),
    { numRuns: 300 },
  );
});

test("the page runs no script and loads nothing", () => {
  expect(landingPage(viewNaming("x"), { metricsPath: "/metrics", hasApi: true })).not.toMatch(
    /<script|<link|<img|<iframe|src=|@import|url\(|https?:/i,
  );
});

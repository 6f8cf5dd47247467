import * as fc from "fast-check";
import { expect, test } from "vitest";

import { emptyLeash } from "../../../src/decide/leash.ts";
import { landingPage } from "../../../src/expose/landing-page.ts";
import { firstView, viewAfterFailure } from "../../../src/expose/server-view.ts";
import type { View } from "../../../src/expose/view.ts";
import { PostgresFailure } from "../../../src/postgres/failure.ts";
import { aBackend } from "../../support/a-backend.ts";
import { anOpenBreaker, aPolicy, aRule } from "../../support/a-case.ts";
import { aLeashReport } from "../../support/a-leash-report.ts";
import {
  anOvergrownPool,
  aPoolSuspect,
  aPoolUse,
  aPreparedSuspect,
  aProbe,
  aReport,
  aServerView,
  aSuspect,
  aView,
} from "../../support/a-view.ts";

/** A view in which everything that others can name has this name. */
function viewNaming(name: string): View {
  const backend = aBackend({ applicationName: name, usename: name, datname: name, clientAddr: name });
  const commentKeys = new Map([["route", name]]);
  const holder = { datname: name, usename: name, applicationName: name };
  const suspects = [
    aSuspect({ backend, commentKeys, redactedStatement: name }),
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
    policy: aPolicy({ rules: [aRule({ name })] }),
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
      pools: [aPoolUse({ name })],
      exhaustions: [{ scope: "role", name, limit: 97, used: 50, inSeconds }],
      horizons: [{ holder: "replication_slot", name, age: 2_000_000 }],
    }),
  });
  const down = viewAfterFailure(firstView(name, 5), new PostgresFailure("protocol", name));
  const calm = Array.from({ length: 20 }, () => aServerView({ server: name }));
  return aView({ version: name, servers: [up, down, ...calm] });
}

function pageNaming(name: string): string {
  return landingPage(viewNaming(name), { metricsPath: name, hasApi: true });
}

/** The page without its texts and the one link that is configured. */
function markupOf(name: string): string {
  return pageNaming(name)
    .replaceAll(/(?<=>)[^<>]*(?=<)/g, "")
    .replace(/<a href="[^"]*">(?=<\/a><\/li>)/, "<a>");
}

const hostile = fc.oneof(
  // What has no name at all is left out.
  fc.string({ unit: "binary", minLength: 1 }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    "</td></tr></table><h1>",
    "</title></style><h1>",
    "<!--",
    "&lt;",
    '" onload="x',
    "\u202e<",
  ),
);

test("no tag and no attribute comes from what a server, a role or an application is called", () => {
  const harmless = markupOf("x");
  fc.assert(
    fc.property(hostile, (name) => {
      expect(markupOf(name)).toBe(harmless);
    }),
    { numRuns: 200 },
  );
});

test("what means something in HTML is shown as what it is", () => {
  expect(pageNaming(`<b title="x">Tom & 'Jerry'</b>`)).toContain(
    "<b>&lt;b title=&quot;x&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/b&gt;</b>",
  );
});

test("a name that is very long is cut, and adds no more than that", () => {
  const [short, long] = ["x".repeat(600), "x".repeat(100_000)].map((name) => {
    return landingPage(viewNaming(name), { metricsPath: "/metrics", hasApi: true }).length;
  });
  expect(long).toBe(short);
});

test("what is heaped on a letter, or turns the line around, is not sent", () => {
  const view = viewNaming(`a\u202E${"\u0301".repeat(50)}`);
  const page = landingPage(view, { metricsPath: "/metrics", hasApi: true });
  expect(page).toContain("a\\u{202e}");
  expect(page).not.toMatch(/[\p{Cf}]|\u0301{3}/u);
});

test("the page runs no script and loads nothing", () => {
  const whole = pageNaming("/metrics");
  // Browsers would ask for an icon if the page had none; this one is empty.
  const page = whole.replace('<link rel="icon" href="data:,">', "");
  expect(page).not.toBe(whole);
  expect(page).not.toMatch(/<script|<link|<img|<iframe|<form|src=|@import|url\(| style=| on\w+=/i);
  const elsewhere = [...page.matchAll(/\w+="https?:[^"]*"/g)].map(([attribute]) => attribute);
  expect(new Set(elsewhere.map((attribute) => attribute.split("=")[0]))).toEqual(new Set(["href"]));
  expect(page).toContain('<meta name="referrer" content="no-referrer">');
});

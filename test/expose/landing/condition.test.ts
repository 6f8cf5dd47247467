import { describe, expect, test } from "vitest";

import { emptyLeash } from "../../../src/decide/leash.ts";
import { landingPage } from "../../../src/expose/landing-page.ts";
import type { Report } from "../../../src/expose/report.ts";
import { firstView, viewAfterFailure } from "../../../src/expose/server-view.ts";
import type { ServerView, View } from "../../../src/expose/view.ts";
import { PostgresFailure } from "../../../src/postgres/failure.ts";
import { anOpenBreaker } from "../../support/a-case.ts";
import { aLeashReport } from "../../support/a-leash-report.ts";
import { aSnapshot } from "../../support/a-snapshot.ts";
import { aHarm, aReport, aServerView, aSuspect, aView } from "../../support/a-view.ts";
import { textOf } from "../../support/landing-tables.ts";

/** What the top of the page says, its level among it, and the title of its tab. */
function topOf(view: View): { readonly level: string; readonly says: string; readonly title: string } {
  const page = landingPage(view, { metricsPath: "/metrics", hasApi: true });
  const [, level = "", header = ""] = /<header class="(\w+)">.*?<h1>(.*?)<\/header>/s.exec(page) ?? [];
  const [, title = ""] = /<title>(.*?)<\/title>/s.exec(page) ?? [];
  return { level, says: textOf(header), title: textOf(title) };
}

function topOfServers(...servers: readonly ServerView[]): ReturnType<typeof topOf> {
  return topOf(aView({ servers }));
}

function serverWith(report: Partial<Report>, server = "db1"): ServerView {
  return aServerView({ server, report: aReport(report) });
}

const down = viewAfterFailure(firstView("db2", 5), new PostgresFailure("connect", "refused"));
const leaked = aSuspect({ severity: "leaked" });

function exhaustionIn(lower: number, used = 60): Report["exhaustions"] {
  const inSeconds = { estimate: 2 * lower, lower, upper: 3 * lower };
  return [{ scope: "server", name: "", limit: 97, used, inSeconds }];
}

function leashWith(deciding: Parameters<typeof aLeashReport>[1]): Partial<Report> {
  return { leash: aLeashReport([], deciding) };
}

describe("of one server the top says", () => {
  const coverage = { ...aSnapshot().coverage, hiddenSessions: 1 };
  const open = { ...emptyLeash, ledger: { entries: [], breaker: anOpenBreaker() } };

  test.for<{ level: string; says: string; server: ServerView }>([
    { level: "calm", says: "Calm no suspects", server: aServerView() },
    {
      level: "unknown",
      says: "Starting not every server was looked at yet",
      server: firstView("db1", 5),
    },
    {
      level: "warning",
      says: "Attention 1 leaked, 1 suspected",
      server: serverWith({ suspects: [leaked, aSuspect()] }),
    },
    { level: "incident", says: "Incident looks fail", server: down },
    {
      level: "incident",
      says: "Incident 1 suspected sessions wait for a suspect",
      server: serverWith({
        suspects: [aSuspect({ harm: aHarm({ level: "blocking", blockedSessions: 1 }) })],
      }),
    },
    {
      level: "incident",
      says: "Incident hardly a slot is free",
      server: serverWith({ slots: { used: 96, limit: 100 } }),
    },
    {
      level: "warning",
      says: "Attention most slots are in use",
      server: serverWith({ slots: { used: 95, limit: 100 } }),
    },
    { level: "calm", says: "Calm no suspects", server: serverWith({ slots: { used: 80, limit: 100 } }) },
    { level: "calm", says: "Calm no suspects", server: serverWith({ slots: { used: 0, limit: 0 } }) },
    {
      level: "incident",
      says: "Incident slots run out within the hour",
      server: serverWith({ exhaustions: exhaustionIn(3599) }),
    },
    {
      level: "warning",
      says: "Attention slots will run out",
      server: serverWith({ exhaustions: exhaustionIn(3600) }),
    },
    {
      level: "warning",
      says: "Attention slots will run out",
      server: serverWith({ exhaustions: exhaustionIn(60, 40) }),
    },
    {
      level: "warning",
      says: "Attention not everything can be seen",
      server: serverWith({ snapshot: aSnapshot({ coverage }) }),
    },
    {
      level: "warning",
      says: "Attention not everything can be seen",
      server: aServerView({ evidenceFailure: "permission denied" }),
    },
    {
      level: "warning",
      says: "Attention the breaker is open",
      server: serverWith(leashWith({ before: open })),
    },
    {
      level: "warning",
      says: "Attention the audit does not work",
      server: serverWith(leashWith({ refusals: { auditFailure: "ENOSPC" } })),
    },
  ])("$says ($level)", ({ level, says, server }) => {
    const [, ...words] = says.split(" ");
    expect(topOfServers(server)).toMatchObject({ level, says });
    expect(words.join(" ")).toContain(topOfServers(server).title.replace(" · pgleash", ""));
  });
});

describe("of several servers the top", () => {
  const leaking = serverWith({ suspects: [leaked] }, "db3");

  test("is as bad as the worst, and names those concerned, the worst first", () => {
    expect(topOfServers(leaking, aServerView(), down)).toEqual({
      level: "incident",
      says: "Incident 1 leaked looks fail on db2 suspects on db3",
      title: "1 leaked · pgleash",
    });
  });

  test("counts them where they are many", () => {
    const dead = Array.from({ length: 4 }, () => down);
    expect(topOfServers(aServerView(), ...dead).says).toBe("Incident looks fail on 4 of 5 servers");
    expect(topOfServers(aServerView(), ...dead.slice(1)).says).toBe("Incident looks fail on db2, db2, db2");
  });

  test("is calm only when each of them was looked at", () => {
    expect(topOfServers(aServerView(), aServerView({ server: "db2" })).level).toBe("calm");
    expect(topOfServers(aServerView(), firstView("db2", 5)).level).toBe("unknown");
  });
});

function figuresOf(...servers: readonly ServerView[]): string {
  const page = landingPage(aView({ servers }), { metricsPath: "/metrics", hasApi: true });
  return textOf(/<dl.*?<\/dl>/s.exec(page)?.[0] ?? "");
}

describe("the figures", () => {
  test("of one server", () => {
    const report = { exhaustions: exhaustionIn(1200), slots: { used: 60, limit: 97 } };
    expect(figuresOf(serverWith(report))).toBe(
      "Servers 1 of 1 up Sessions 3 Slots 60 of 97 Slots run out in 40 min Leash watches only",
    );
    expect(figuresOf(aServerView())).toContain("Slots run out no leak seen");
    expect(figuresOf(serverWith({ exhaustions: exhaustionIn(0) }))).toContain("Slots run out have run out");
  });

  test("of several name the fullest, and the one that is full first", () => {
    const first = serverWith({ slots: { used: 10, limit: 100 }, exhaustions: exhaustionIn(1200) });
    const second = serverWith({ slots: { used: 20, limit: 100 }, exhaustions: exhaustionIn(1800) }, "db2");
    expect(figuresOf(first, second, down)).toBe(
      "Servers 2 of 3 up Sessions 6 Fullest 20 of 100 on db2 Slots run out in 40 min on db1 Leash watches only",
    );
  });

  test("of none that answered claim nothing", () => {
    expect(figuresOf(down)).toBe("Servers 0 of 1 up Slots run out unknown Leash watches only");
  });

  test("say what the leash does", () => {
    const pause = { reason: "release", untilSeconds: null, by: null };
    const [enforcing, dry, paused] = [{}, { isEnforcing: false }, { pause }].map((permits) =>
      serverWith(leashWith({ situation: { permits } })),
    );
    expect(enforcing && figuresOf(enforcing)).toMatch(/Leash enforcing$/);
    expect(dry && figuresOf(dry)).toMatch(/Leash dry run$/);
    expect(paused && figuresOf(paused)).toMatch(/Leash enforcing, paused$/);
    const { policy } = aLeashReport([]);
    expect(figuresOf({ ...down, policy })).toMatch(/Leash unknown$/);
  });
});

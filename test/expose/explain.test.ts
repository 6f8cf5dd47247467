import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { explanation, type ExplainOptions, type Explanation } from "../../src/expose/explain-json.ts";
import { explanationLines } from "../../src/expose/explain-text.ts";
import type { Report } from "../../src/expose/report.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aBackend } from "../support/a-backend.ts";
import { aLeaked, aPolicy, aRule, noLimits, NOW } from "../support/a-case.ts";
import { aLeashReport, type Deciding } from "../support/a-leash-report.ts";
import { anIdleTransaction, aRunningStatement, seen } from "../support/a-sighting.ts";
import { aProbe, aReport } from "../support/a-view.ts";

const limits = { ...noLimits, perMinute: 5, perHour: 30 };
const policy = aPolicy({ limits });

/** What a look knows that saw this one session, and named it a suspect where `episode` is given. */
function reportOf(backend: Backend, episode: SessionEpisode | null, deciding: Deciding | null): Report {
  const suspects = episode === null ? [] : [episode];
  const leash = deciding === null ? null : aLeashReport(suspects, { policy, ...deciding });
  return aReport({ sightings: [seen(backend)], suspects, leash });
}

function explain(report: Report, pid: number, options: Partial<ExplainOptions> = {}): Explanation {
  return explanation(report, { server: "db1", pid, probe: aProbe(), isEnforceFlagged: true, ...options });
}

function explainedSuspect(episode: SessionEpisode, deciding: Deciding | null = {}): Explanation {
  const { backend } = episode;
  return explain(reportOf(backend, episode, deciding), backend.id.pid);
}

function linesOfBackend(backend: Backend): readonly string[] {
  return explanationLines(explain(reportOf(backend, null, null), backend.id.pid));
}

describe("a session that is no suspect", () => {
  test("has the kind that comes nearest, and when", () => {
    const backend = anIdleTransaction({ id: { pid: 7, backendStart: "b" }, stateSeconds: 4, xactSeconds: 5 });
    const shown = explain(reportOf(backend, null, null), 7);
    expect(shown).toMatchObject({ suspect: null, rules: [], acts: [], leash: null });
    expect(shown.kinds.find(({ kind }) => kind === "idle_in_transaction")).toEqual({
      kind: "idle_in_transaction",
      enabled: true,
      age_seconds: 4,
      suspect_after_seconds: 10,
      leaked_after_seconds: 60,
      severity: null,
      next: { severity: "suspect", in_seconds: 6 },
      expected: null,
    });
    expect(explanationLines(shown)).toEqual([
      "pid 7 on db1, as the look of 2027-01-15T08:00:00.000Z read it",
      "  idle in transaction for 4s, transaction open for 5s, waits: Client/ClientRead",
      "  role app, database shop, application web-1, client 10.0.0.7, since b",
      "It is no suspect yet: nearest is idle_in_transaction, suspect in 6s if nothing changes.",
      "Detectors:",
      "  idle_in_transaction_aborted: does not look like it (suspect after 10s, leaked after 60s)",
      "  idle_in_transaction: too young at 4s (suspect after 10s, leaked after 60s); suspect in 6s",
      "  stalled_client: does not look like it (suspect after 10s, leaked after 60s)",
      "  stale_active: does not look like it (suspect after 10s, leaked after 60s)",
      "  long_transaction: does not look like it (suspect after 10s, leaked after 60s)",
      "  never_used: does not look like it (suspect after 10s, leaked after 60s)",
      "  idle_too_long: does not look like it (suspect after 10s, leaked after 60s)",
      "There are no rules: nobody is ended.",
    ]);
  });

  test("and fits several kinds has the one that comes first", () => {
    const lines = linesOfBackend(aRunningStatement({ querySeconds: 3, stateSeconds: 3, xactSeconds: 8 }));
    expect(lines).toContain(
      "It is no suspect yet: nearest is long_transaction, suspect in 2s if nothing changes.",
    );
    expect(lines.join("\n")).toContain("stale_active: too young at 3s");
  });

  test("and looks like no leak at all says so, with what it does instead", () => {
    const progress = { command: "CREATE INDEX", counter: "1" };
    const lines = linesOfBackend(aRunningStatement({ progress }));
    expect(lines[1]).toContain("reports progress of CREATE INDEX");
    expect(lines).toContain("It is no suspect: it looks like no leak that is looked for.");
  });

  test.for([
    [{ waitEventType: "Lock", waitEvent: "transactionid" }, "It waits for a lock: whoever holds"],
    [{ waitEventType: "IPC", waitEvent: "SyncRep" }, "It waits for a standby"],
    [{ progress: { command: "COPY", counter: "1" } }, "It reports progress"],
    [{ state: "idle" }, "It is idle: alone that is no leak"],
  ] as const)("and has an excuse, as %j, has it told", ([row, text]) => {
    const excuses = (backend: Backend) => linesOfBackend(backend).filter((line) => line.startsWith(text));
    expect(excuses(aRunningStatement(row))).toHaveLength(1);
    expect(excuses(aRunningStatement())).toEqual([]);
  });

  test("and was not read one by one may be many things", () => {
    const shown = explain(aReport(), 4711);
    expect([shown.backend, shown.kinds]).toEqual([null, []]);
    const lines = explanationLines(shown);
    expect(lines[0]).toContain("pid 4711 on db1");
    expect(lines.join("\n")).toMatch(
      /not acted on it lately.*no session with this pid.*too young.*idle.*hidden/s,
    );
  });

  test("has its pid and nothing of another's", () => {
    const [one, other] = [1, 2].map((pid) =>
      aBackend({ id: { pid, backendStart: "b" }, usename: `u${pid}` }),
    );
    const sightings = [one, other].flatMap((backend) => (backend === undefined ? [] : [seen(backend)]));
    expect(explain(aReport({ sightings }), 2).backend?.usename).toBe("u2");
  });
});

describe("a suspect", () => {
  const episode = aLeaked(7);

  test("that a pause spares is told so once", () => {
    const pause = { reason: "second", untilSeconds: null, by: null };
    const text = explanationLines(explainedSuspect(episode, { policy, situation: { permits: { pause } } }));
    expect(text).toContain("At that look it was spared (paused): second.");
    expect(text).toContain("  paused: second");
  });

  test("has what was decided, each rule with its matchers, and all that spares it", () => {
    const isApp = { text: 'usename="app"', matches: () => true };
    const isJob = { text: 'application_name="job"', matches: () => false };
    const rules = [
      aRule({ name: "jobs", matches: () => false, matchers: [isApp, isJob] }),
      aRule({ name: "calm", minPressure: 0.9, matchers: [isApp] }),
    ];
    const shown = explainedSuspect(episode, {
      policy: { ...policy, rules },
      situation: { permits: { isEnforcing: false } },
    });
    expect(shown.suspect?.decision).toMatchObject({ type: "spare", reason: "too_little_pressure" });
    expect(shown.rules).toMatchObject([
      { rule: "jobs", matches: false, spared_by: [] },
      {
        rule: "calm",
        action: "terminate",
        matches: true,
        spared_by: [{ reason: "too_little_pressure" }, { reason: "dry_run" }],
      },
    ]);
    expect(explanationLines(shown).slice(-8)).toEqual([
      "The leash: held back, because the configuration could not be reloaded: nobody is ended; 0 of 30 would-be acts in the last hour.",
      "At that look it was spared (too_little_pressure): 50 % of the slots are used, and the rule asks for 90 %.",
      "Rule jobs does not match:",
      '  yes usename="app"',
      '  no  application_name="job"',
      "Rule calm matches. It would terminate it once none of these holds:",
      "  too_little_pressure: 50 % of the slots are used, and the rule asks for 90 %",
      "  dry_run: enforcing needs mode: enforce in the file, and --enforce at start; a dry run does not ask for the lease",
    ]);
  });

  test("that is announced has the time for which it is", () => {
    const rules = [aRule({ warnForSeconds: 45 })];
    const lines = explanationLines(explainedSuspect(episode, { policy: { ...policy, rules } }));
    expect(lines).toContain(
      "At that look it was spared (announced): it is announced: at least 45s are left. It is announced for 2027-01-15T08:00:45.000Z.",
    );
  });

  test("that was acted on has what came of it, and the acts that limits remember", () => {
    const shown = explainedSuspect(episode, { outcome: () => "denied" });
    expect(shown.acts).toEqual([
      {
        at: new Date(NOW * 1000).toISOString(),
        mode: "enforce",
        rule: "everything",
        action: "terminate",
        outcome: "denied",
        pid: 7,
        this_session: true,
      },
    ]);
    const text = explanationLines(shown).join("\n");
    expect(text).toContain(
      "This session: pgleash was to terminate it at 2027-01-15T08:00:00.000Z by rule everything: denied: PostgreSQL refused.",
    );
  });

  test("has the acts on others of the same holder, and of no other holder", () => {
    const before = aLeashReport([aLeaked(1), aLeaked(2, { backend: { usename: "etl" } })]).state;
    const shown = explainedSuspect(episode, {
      policy: { ...policy, limits: { ...limits, perMinute: 1 } },
      before,
    });
    expect(shown.acts).toHaveLength(1);
    expect(shown.acts[0]).toMatchObject({ this_session: false, outcome: "terminated" });
  });

  test("without rules is explained as far as the detectors go", () => {
    const lines = explanationLines(explainedSuspect(episode, null));
    expect(lines).toContain(
      "It is leaked: idle_in_transaction for 20m, harm vacuum, seen on 12 looks since 2027-01-15T07:58:00.000Z.",
    );
    expect(lines.at(-1)).toBe("There are no rules: nobody is ended.");
  });
});

describe("who can never be ended", () => {
  test("is told so, suspect or not, and a superuser how to give the application a role of its own", () => {
    const superuser = anIdleTransaction({ isSuperuser: true, usename: "postgres" });
    const lines = linesOfBackend(superuser);
    expect(lines.join("\n")).toContain(
      "Its role postgres is a superuser: it can never be ended, whatever else changes, and PostgreSQL itself would refuse. Give the application a role of its own that is none: CREATE ROLE",
    );
    const replication = linesOfBackend(anIdleTransaction({ isReplication: true, usename: "cdc" }));
    expect(replication).toContain(
      "Its role cdc has REPLICATION: it can never be ended, whatever else changes.",
    );
    expect(linesOfBackend(anIdleTransaction()).join("\n")).not.toMatch(/can never be ended/);
  });
});

test("no literal of a statement is in it, whatever the session runs", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, unit: fc.constantFrom("ä", "ß", "ö", "µ") }), (secret) => {
      const statement = { head: `SELECT '${secret}'`, tail: null, isCut: false };
      const episode = aLeaked(7, { backend: { statement } });
      const shown = explainedSuspect(episode);
      expect(JSON.stringify([shown, explanationLines(shown)])).not.toContain(secret);
    }),
  );
});

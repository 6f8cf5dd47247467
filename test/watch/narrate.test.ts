import { describe, expect, test } from "vitest";

import type { EpisodeEvent } from "../../src/classify/episode.ts";
import { firstView } from "../../src/expose/server-view.ts";
import { suspectJson } from "../../src/expose/suspect-json.ts";
import { failed, told } from "../support/a-narration.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import {
  aHarm,
  aPoolSuspect,
  aPreparedSuspect,
  aProbe,
  aReport,
  aServerView,
  aSuspect,
} from "../support/a-view.ts";

const calm = aServerView();
const seeing = (coverage: Partial<ReturnType<typeof aSnapshot>["coverage"]>) =>
  aServerView({
    probe: calm.probe,
    report: aReport({ snapshot: aSnapshot({ coverage: { ...aSnapshot().coverage, ...coverage } }) }),
  });

test("a look that changed nothing leaves no record", () => {
  expect(told(calm, { ...calm, report: aReport() })).toEqual([]);
});

describe("a look that failed", () => {
  test("is an error with its reason and message", () => {
    expect(told(calm, failed(calm, "timeout"))).toEqual([
      { level: "error", message: "look failed", fields: { server: "db1", reason: "timeout", error: "why" } },
    ]);
  });

  test("is only for debugging while the reason stays", () => {
    const before = failed(calm, "timeout");
    expect(told(before, failed(before, "timeout"))).toMatchObject([
      { level: "debug", message: "look failed again" },
    ]);
  });

  test("is an error again when the reason changes, or when it had succeeded in between", () => {
    const before = failed(calm, "timeout");
    expect(told(before, failed(before, "auth"))).toMatchObject([
      { level: "error", fields: { reason: "auth" } },
    ]);
    expect(told(aServerView(), failed(aServerView(), "timeout"))).toMatchObject([{ level: "error" }]);
  });
});

describe("a new connection", () => {
  const fresh = firstView("db1", 5);

  test("says where it leads and who we are there", () => {
    expect(told(fresh, calm)).toEqual([
      {
        level: "info",
        message: "connected",
        fields: { server: "db1", version: "18.4", standby: false, user: "pgleash" },
      },
    ]);
  });

  test("is told once", () => {
    expect(told(calm, { ...calm })).toEqual([]);
  });

  test("with too much power is warned of", () => {
    const privileges = { pg_read_all_stats: true, pg_signal_backend: true, superuser: true };
    const [, warning] = told(fresh, aServerView({ probe: aProbe({ user: "postgres", privileges }) }));
    expect(warning).toMatchObject({ level: "warn", fields: { user: "postgres" } });
    expect(warning?.message).toContain("superuser");
  });

  test("through a pooler is warned of", () => {
    const [, warning] = told(fresh, aServerView({ probe: aProbe({ pooled: true }) }));
    expect(warning).toMatchObject({ level: "warn", fields: { server: "db1" } });
    expect(warning?.message).toContain("pooler");
  });
});

describe("what a look could not see", () => {
  test("is a warning with the statement that mends it, names quoted", () => {
    const probe = aProbe({ user: 'pg"leash' });
    const { report } = seeing({ hiddenSessions: 4 });
    expect(told({ ...calm, probe }, aServerView({ probe, report }))).toEqual([
      {
        level: "warn",
        message: "sessions are hidden from pgleash: leaks go unseen",
        fields: { server: "db1", hidden_sessions: 4, run: 'GRANT pg_monitor TO "pg""leash"' },
      },
    ]);
  });

  test("is not repeated while it stays so, and warned of anew when it comes back", () => {
    expect(told(seeing({ hiddenSessions: 4 }), seeing({ hiddenSessions: 5 }))).toEqual([]);
    expect(told(seeing({ hiddenSessions: 0 }), seeing({ hiddenSessions: 5 }))).toHaveLength(1);
  });

  test("says once that sight came back", () => {
    const [hidden, clear] = [seeing({ hiddenSessions: 4 }), seeing({})];
    expect(told(hidden, clear)).toEqual([
      { level: "info", message: "no sessions are hidden any more", fields: { server: "db1" } },
    ]);
    expect(told(hidden, clear, clear)).toEqual([]);
  });

  test("is not warned of again after looks that failed", () => {
    const [hidden, cut] = [seeing({ hiddenSessions: 4 }), seeing({ candidatesCut: 12 })];
    for (const blind of [hidden, cut])
      expect(told(blind, failed(blind, "timeout"), blind)).toMatchObject([
        { message: "looks succeed again" },
      ]);
  });

  test("because there was too much is a warning too, once", () => {
    expect(told(calm, seeing({ candidatesCut: 12 }))).toMatchObject([
      { level: "warn", fields: { server: "db1", candidates_cut: 12 } },
    ]);
    expect(told(seeing({ candidatesCut: 12 }), seeing({ candidatesCut: 9 }))).toEqual([]);
  });
});

const episode = aSuspect({ ageSeconds: 125.4 });
const after = (...events: readonly EpisodeEvent[]) => ({ ...calm, report: aReport({ events }) });

describe("an episode", () => {
  test("is told with the fields of the API: who, since when, what it costs, and no literal of a statement", () => {
    expect(told(calm, after({ type: "suspected", episode }))).toEqual([
      { level: "info", message: "session suspected", fields: suspectJson("db1", episode) },
    ]);
    expect(suspectJson("db1", episode)).toMatchObject({ pid: 4242, age_seconds: 125.4, query: "SELECT $1" });
  });

  test("that has leaked is a warning, one that ended says how", () => {
    const events: readonly EpisodeEvent[] = [
      { type: "leaked", episode },
      { type: "ended", episode, end: "vanished" },
    ];
    expect(told(calm, after(...events))).toMatchObject([
      { level: "warn", message: "session leaked" },
      { level: "info", message: "episode ended", fields: { end: "vanished" } },
    ]);
  });

  test.for([
    {
      what: "a session",
      episode: aSuspect({
        harm: aHarm({ level: "blocking", blockedSessions: 7, horizonAge: 12_000 }),
        commentKeys: new Map([["route", "/checkout"]]),
      }),
      messages: ["session suspected", "session leaked"],
      fields: {
        subject: "backend",
        harm: "blocking",
        blocked_sessions: 7,
        horizon_age: 12_000,
        comment: { route: "/checkout" },
      },
    },
    {
      what: "a prepared transaction",
      episode: aPreparedSuspect(),
      messages: ["prepared transaction suspected", "prepared transaction leaked"],
      fields: { subject: "prepared_transaction", gid: "order-17", harm: "vacuum", horizon_age: 4200 },
    },
    {
      what: "a pool",
      episode: aPoolSuspect(),
      messages: ["pool suspected", "pool leaked"],
      fields: {
        subject: "pool",
        pool: null,
        application_name: "orders-api",
        sessions: 95,
        leaked_sessions: 30,
        leak_rate_per_minute: { estimate: 12, lower: 9.6, upper: 14.88 },
        comment: { route: "/checkout" },
      },
    },
  ])("of $what is told under a message of its own, with what it is", ({ episode: its, messages, fields }) => {
    const events: readonly EpisodeEvent[] = [
      { type: "suspected", episode: its },
      { type: "leaked", episode: its },
      { type: "ended", episode: its, end: "returned" },
    ];
    const records = told(calm, after(...events));
    expect(records.map(({ message }) => message)).toEqual([...messages, "episode ended"]);
    for (const record of records) expect(record.fields).toMatchObject(fields);
  });

  test("that is leaked at first sight is told once", () => {
    const leaked = aSuspect({ severity: "leaked" });
    const events: readonly EpisodeEvent[] = [
      { type: "suspected", episode: leaked },
      { type: "leaked", episode: leaked },
    ];
    expect(told(calm, after(...events)).map(({ message }) => message)).toEqual(["session leaked"]);
  });

  test("of a look before a failed one is not told again", () => {
    const before = after({ type: "suspected", episode });
    expect(told(before, failed(before, "connect")).map(({ message }) => message)).toEqual(["look failed"]);
  });
});

describe("evidence that is refused", () => {
  const refused = { ...calm, evidenceFailure: "permission denied for pg_locks" };

  test("is a warning with the reason, once", () => {
    expect(told(calm, refused)).toEqual([
      {
        level: "warn",
        message: "evidence refused: prepared transactions, limits and who blocks whom go unseen",
        fields: { server: "db1", error: "permission denied for pg_locks" },
      },
    ]);
    expect(told(refused, { ...refused, evidenceFailure: "another reason" })).toEqual([]);
  });

  test("is told to come again, once", () => {
    expect(told(refused, calm)).toEqual([
      { level: "info", message: "evidence comes again", fields: { server: "db1" } },
    ]);
  });

  test("says nothing while the whole look fails", () => {
    expect(told(refused, failed(refused, "timeout"))).toHaveLength(1);
  });
});

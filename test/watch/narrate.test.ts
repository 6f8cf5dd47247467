import { describe, expect, test } from "vitest";

import type { EpisodeEvent } from "../../src/classify/episode.ts";
import { firstView, viewAfterFailure } from "../../src/expose/server-view.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { narrate } from "../../src/watch/narrate.ts";
import { PostgresFailure, type FailureReason } from "../../src/postgres/failure.ts";
import { aLog, type LogRecord } from "../support/a-log.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aProbe, aReport, aServerView, aSuspect } from "../support/a-view.ts";

function told(before: ServerView, after: ServerView): readonly LogRecord[] {
  const { log, records } = aLog();
  narrate(log, before, after);
  return records;
}

const calm = aServerView();
const failed = (view: ServerView, reason: FailureReason) =>
  viewAfterFailure(view, new PostgresFailure(reason, "why"));
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
  test("is told with who, since when and how often, and without any query text", () => {
    expect(told(calm, after({ type: "suspected", episode }))).toEqual([
      {
        level: "info",
        message: "session suspected",
        fields: {
          server: "db1",
          kind: "idle_in_transaction",
          severity: "suspect",
          age_seconds: 125,
          sightings: 12,
          pid: 4242,
          backend_start: "2026-01-01 00:00:00.000001+00",
          datname: "shop",
          usename: "app",
          application_name: "web-1",
          client_addr: "10.0.0.7",
          query_id: "7731",
        },
      },
    ]);
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

  test("of a look before a failed one is not told again", () => {
    const before = after({ type: "suspected", episode });
    expect(told(before, failed(before, "connect")).map(({ message }) => message)).toEqual(["look failed"]);
  });
});

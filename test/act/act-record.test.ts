import { describe, expect, test } from "vitest";

import { actRecord, noticeRecord } from "../../src/act/act-record.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import type { LedgerEntry } from "../../src/decide/ledger.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { suspectJson } from "../../src/expose/suspect-json.ts";
import { aBackend } from "../support/a-backend.ts";
import { anEntry } from "../support/an-audit.ts";
import { aHarm, aSuspect } from "../support/a-view.ts";

const backend = aBackend({
  state: "idle in transaction",
  statement: { head: "UPDATE cards SET pin = '4711'", tail: null, isCut: false },
  xactStart: "2026-01-01 00:00:00.9+00",
  xactSeconds: 125.0004,
  stateSeconds: 124,
  xidAge: 12_000,
  xminAge: 40,
});

const episode = aSuspect({
  severity: "leaked",
  backend,
  ageSeconds: 124.5678,
  harm: aHarm({ level: "blocking", blockedSessions: 3, horizonAge: 12_000, workAtRiskSeconds: 1.25 }),
  commentKeys: new Map([["route", "/checkout"]]),
  redactedStatement: "UPDATE cards SET pin = $1",
});

function recordOf(
  entry: LedgerEntry,
  entries: readonly LedgerEntry[] = [entry],
): ReturnType<typeof actRecord> {
  const leash = { ...emptyLeash, ledger: { ...emptyLeash.ledger, entries } };
  return actRecord(entry, { id: "a", server: "db1", episode, leash });
}

describe("E21: an intent", () => {
  test("calls everything by the name that it has in the API, and says the same of it", () => {
    const { subject: _subject, ...shown } = suspectJson("db1", episode);
    expect(recordOf(anEntry())).toMatchObject(shown);
  });

  test("tells who is ended by which rule, why, and what the limits had counted", () => {
    expect(recordOf(anEntry())).toMatchObject({
      type: "intent",
      id: "a",
      server: "db1",
      at_seconds: 1000,
      mode: "enforce",
      rule: "forgotten",
      action: "terminate",
      episode: keyOfEpisode(episode),
      holder: { usename: "app", application_name: "web-1", client_addr: "10.0.0.7" },
      holder_sessions: 7,
      application_sessions: 9,
      pid: 4242,
      backend_start: "2026-01-01 00:00:00.000001+00",
      xact_seconds: 125,
      state_seconds: 124,
      limits: { acts_last_minute: 1, acts_last_hour: 1, rule_acts_last_hour: 1, breaker: "closed" },
    });
  });

  test("counts what the limits count: its own mode, and nobody who was not touched", () => {
    const entry = anEntry({ atSeconds: 4000 });
    const { limits } = recordOf(entry, [
      anEntry({ atSeconds: 400, outcome: "terminated" }),
      anEntry({ atSeconds: 401, outcome: "terminated" }),
      anEntry({ atSeconds: 3000, outcome: "moved_on" }),
      anEntry({ atSeconds: 3000, outcome: "denied" }),
      anEntry({ atSeconds: 3000, mode: "dry_run" }),
      anEntry({ atSeconds: 3990, outcome: "not_confirmed", rule: "another" }),
      entry,
    ]);
    expect(limits).toMatchObject({ acts_last_minute: 2, acts_last_hour: 3, rule_acts_last_hour: 2 });
  });

  test("holds no literal of a statement", () => {
    expect(JSON.stringify(recordOf(anEntry()))).not.toContain("4711");
  });

  test("in a dry run is what would have been done, and nothing else differs", () => {
    const done = recordOf(anEntry());
    expect(recordOf(anEntry({ mode: "dry_run" }))).toEqual({ ...done, type: "would_act", mode: "dry_run" });
  });
});

describe("E10: a notice", () => {
  const announcement = {
    rule: "forgotten",
    mode: "enforce",
    action: "terminate",
    announcedSeconds: 1_800_000_000,
    noticeSinceSeconds: 1_800_000_000,
    plannedSeconds: 1_800_000_060,
  } as const;
  const episodeKey = keyOfEpisode(episode);

  const said = {
    server: "db1",
    episode: episodeKey,
    rule: "forgotten",
    mode: "enforce",
    action: "terminate",
    announced_at: "2027-01-15T08:00:00.000Z",
    planned_at: "2027-01-15T08:01:00.000Z",
  };

  test("says who is to be ended by which rule, how, and not before when", () => {
    const notice = { type: "announced", episodeKey, announcement, episode, refusals: [] } as const;
    const { subject: _subject, ...shown } = suspectJson("db1", episode);
    expect(noticeRecord("db1", notice)).toMatchObject({
      ...shown,
      type: "announced",
      ...said,
      refused_by: [],
      query: "UPDATE cards SET pin = $1",
    });
  });

  test("says whether it is one of a dry run", () => {
    const dry = { ...announcement, mode: "dry_run", action: "cancel" } as const;
    const notice = { type: "announced", episodeKey, announcement: dry, episode, refusals: [] } as const;
    expect(noticeRecord("db1", notice)).toMatchObject({ mode: "dry_run", action: "cancel" });
  });

  test("says what would refuse the act of this process", () => {
    const refusals = [{ reason: "no_lease", why: "it is held by pid 17" }] as const;
    const notice = { type: "announced", episodeKey, announcement, episode, refusals } as const;
    expect(noticeRecord("db1", notice)).toMatchObject({ refused_by: ["no_lease"] });
  });

  const gone = { reason: "vanished", why: "the session is gone" } as const;

  test("that is withdrawn says why, and whose session it was", () => {
    const notice = { type: "withdrawn", episodeKey, announcement, episode, ...gone } as const;
    expect(noticeRecord("db1", notice)).toMatchObject({
      type: "withdrawn",
      ...said,
      ...gone,
      pid: 4242,
      datname: backend.datname,
      usename: backend.usename,
      application_name: backend.applicationName,
    });
  });

  test("that is withdrawn because the session is expected to take long says for how long, as the API does", () => {
    const expectation = { source: "configuration", leftSeconds: 3600.0004, reason: "the books" } as const;
    const expected = { ...episode, expectation };
    const why = { reason: "expected", why: "it is expected for another 1h" } as const;
    const notice = { type: "withdrawn", episodeKey, announcement, episode: expected, ...why } as const;
    const shown = { source: "configuration", left_seconds: 3600, reason: "the books" };
    expect(noticeRecord("db1", notice)).toMatchObject({ ...why, expected: shown });
    expect(suspectJson("db1", expected)).toMatchObject({ expected: shown });
  });

  test("that is withdrawn for a session of which nothing is remembered still names its episode", () => {
    const notice = { type: "withdrawn", episodeKey, announcement, episode: null, ...gone } as const;
    expect(noticeRecord("db1", notice)).toEqual({ type: "withdrawn", ...said, ...gone });
  });
});

import { describe, expect, test } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import type { Outcome } from "../../src/decide/ledger.ts";
import { suspectJson } from "../../src/expose/suspect-json.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { aLeaked, anOpenBreaker, NOW } from "../support/a-case.ts";
import { aLeashedView, aLeashReport, type Deciding } from "../support/a-leash-report.ts";
import { failed, told } from "../support/a-narration.ts";
import { aServerView } from "../support/a-view.ts";

const dry = { permits: { isEnforcing: false } };

/** A look at which nothing is decided, so that only the state of the leash can change. */
function calm(deciding: Deciding = {}): ServerView {
  return aLeashedView([], deciding);
}

function permits(some: NonNullable<NonNullable<Deciding["situation"]>["permits"]>): Deciding {
  return { situation: { permits: some } };
}

/** A dry run takes no lease. */
const withoutLease = permits({ isEnforcing: false, hasLease: false });

/** What the log says of the last of these looks: level and message. */
function lines(...views: readonly [ServerView, ...ServerView[]]): readonly (readonly string[])[] {
  return told(...views).map(({ level, message }) => [level, message]);
}

describe("whether anybody is ended", () => {
  test("is told at the first look with rules, and when it changes", () => {
    expect(lines(aServerView(), calm())).toEqual([
      ["warn", "sessions are ended where the rules allow it"],
      ["info", "lease gained: this process acts"],
      ["info", expect.stringContaining("limits start")],
    ]);
    expect(lines(aServerView(), calm(withoutLease))).toEqual([["info", "dry run: nobody is ended"]]);
    expect(lines(calm(), calm())).toEqual([]);
    expect(lines(calm(), calm(withoutLease))).toEqual([["warn", expect.stringContaining("held back")]]);
  });

  test("is told when the rules are gone, and no more then", () => {
    expect(lines(calm(), aServerView())).toEqual([["info", "there are no rules any more: nobody is ended"]]);
    expect(lines(calm(), aServerView(), aServerView())).toEqual([]);
  });
});

describe("what stops everything", () => {
  const pause = { reason: "release 7", untilSeconds: NOW + 3600, by: "ada" };
  const paused = calm(permits({ pause }));
  const breaker = anOpenBreaker();
  const open = calm({ before: { ...emptyLeash, ledger: { entries: [], breaker } } });
  const elsewhere = calm({ ...permits({ hasLease: false }), refusals: { leaseRefusal: "held by pid 17" } });
  const unwritten = calm({ refusals: { auditFailure: "ENOSPC" } });
  const breakerOpened = "breaker opened: nobody is ended, but for one act that it tries";
  const ungranted = calm(permits({ canSignal: false }));

  test.for([
    [paused, "warn", "paused: nobody is ended", "info", "the pause is over"],
    [open, "error", breakerOpened, "info", "breaker closed again"],
    [elsewhere, "warn", "lease lost", "info", "lease gained: this process acts"],
    [unwritten, "error", "the audit does not work: nobody is ended", "info", "the audit works again"],
    [
      ungranted,
      "warn",
      "no grant of pg_signal_backend: nobody is ended until the role of pgleash has it",
      "info",
      "pg_signal_backend is granted",
    ],
  ] as const)(
    "is told once when it begins and once when it is over: %#",
    ([stopped, level, begins, over, ends]) => {
      expect(lines(calm(), stopped)).toEqual([[level, begins]]);
      expect(lines(calm(), stopped, stopped)).toEqual([]);
      // What a gained lease adds is in narrate-lease.test.ts.
      expect(lines(calm(), stopped, calm())[0]).toEqual([over, ends]);
      expect(lines(calm(), stopped, calm(), calm())).toEqual([]);
    },
  );

  test.for([paused, open, elsewhere, unwritten, ungranted])(
    "is not told anew after looks that failed: %#",
    (stopped) => {
      const views = [calm(), stopped, failed(stopped, "timeout"), failed(stopped, "timeout")] as const;
      expect(lines(...views, stopped)).toEqual([["info", "looks succeed again"]]);
      expect(lines(...views, calm()).slice(1)).toEqual(lines(calm(), stopped, calm()));
    },
  );

  test("is told with its reason", () => {
    const fields = [paused, open, elsewhere, unwritten].map((view) => told(calm(), view)[0]?.fields);
    expect(fields).toEqual([
      { server: "db1", reason: "release 7", until: "2027-01-15T09:00:00.000Z", by: "ada" },
      {
        server: "db1",
        since: "2027-01-15T07:59:00.000Z",
        why: "futile",
        state: "open",
        phase: "cooling",
        until: "2027-01-15T08:29:00.000Z",
        grounds: {
          breadth: "application",
          usename: "app",
          application_name: "web-1",
          client_addr: null,
          acts: 3,
          sessions_before: 100,
          sessions_after: 101,
        },
        detail: expect.stringMatching(/role app, application web-1 .*tries one act after 2027-01-15T08:29/u),
      },
      { server: "db1", reason: "held by pid 17" },
      { server: "db1", error: "ENOSPC" },
    ]);
  });

  test("is told anew when it is ordered anew, or opened anew", () => {
    const longer = calm(permits({ pause: { ...pause, untilSeconds: NOW + 7200 } }));
    expect(lines(calm(), paused, longer)).toEqual([["warn", "paused: nobody is ended"]]);
    const later = { ...breaker, sinceSeconds: NOW - 10 };
    const reopened = calm({ before: { ...emptyLeash, ledger: { entries: [], breaker: later } } });
    expect(lines(calm(), open, reopened)).toEqual([["error", breakerOpened]]);
  });

  test("a grant is missed when enforcing begins, and by no dry run", () => {
    const warning = [
      "warn",
      "no grant of pg_signal_backend: nobody is ended until the role of pgleash has it",
    ];
    const dryWithout = calm(permits({ isEnforcing: false, hasLease: false, canSignal: false }));
    expect(lines(aServerView(), ungranted)).toContainEqual(warning);
    expect(lines(aServerView(), dryWithout)).toEqual([["info", "dry run: nobody is ended"]]);
    expect(lines(dryWithout, ungranted)).toContainEqual(warning);
  });

  test("a lease that was never ours is not lost", () => {
    expect(lines(aServerView(), elsewhere)).toEqual([
      ["warn", "sessions are ended where the rules allow it"],
      ["warn", "no lease: nobody is ended from here"],
    ]);
  });
});

describe("an audit that does not work", () => {
  const refusals = { auditFailure: "it cannot be read: EISDIR" };
  const enforcing = calm({ refusals });
  const dryRun = calm({ ...withoutLease, refusals });

  test("of a dry run is no failure to end anybody, but one to put on record", () => {
    expect(told(calm(withoutLease), dryRun)).toEqual([
      {
        level: "warn",
        message: "the audit does not work: what this dry run would do is not on record",
        fields: { server: "db1", error: "it cannot be read: EISDIR" },
      },
    ]);
    expect(lines(calm(withoutLease), dryRun, dryRun)).toEqual([]);
    expect(lines(calm(withoutLease), dryRun, calm(withoutLease))).toEqual([
      ["info", "the audit works again"],
    ]);
  });

  test("is told anew once the dry run enforces", () => {
    expect(lines(dryRun, enforcing)).toContainEqual(["error", "the audit does not work: nobody is ended"]);
  });

  test("is nothing to tell of a dry run that is to keep none", () => {
    expect(lines(calm(withoutLease), calm(withoutLease))).toEqual([]);
  });
});

describe("an act", () => {
  test.for<readonly [Outcome, string, string]>([
    ["terminated", "warn", "session ended"],
    ["cancelled", "warn", "statement cancelled"],
    ["moved_on", "info", "left alone: it had moved on"],
    ["denied", "error", "not ended"],
    ["not_confirmed", "error", "not ended"],
    ["failed", "error", "not ended"],
  ])("that came out as %s is told as %s: %s", ([outcome, level, message]) => {
    const episode = aLeaked(7);
    expect(told(calm(), aLeashedView([episode], { outcome: () => outcome }))).toEqual([
      {
        level,
        message,
        fields: {
          ...suspectJson("db1", episode),
          rule: "everything",
          action: "terminate",
          outcome,
          detail: null,
        },
      },
    ]);
  });

  test("of a dry run is told once, as what would have been", () => {
    const first = aLeashReport([aLeaked(7)], { situation: dry });
    const permitsOf = { isEnforcing: false, canSignal: false };
    const recorded = aLeashedView([aLeaked(7)], { situation: { permits: permitsOf } });
    expect(told(calm({ situation: dry }), recorded)).toMatchObject([
      {
        level: "info",
        message: "would be ended, but this is a dry run",
        fields: {
          pid: 7,
          rule: "everything",
          action: "terminate",
          why: expect.stringMatching(
            /would also be refused: no_privilege \(.*\); a dry run does not ask for the lease/,
          ),
        },
      },
    ]);
    const later = { nowSeconds: NOW + 10, ...dry };
    expect(lines(recorded, aLeashedView([aLeaked(7)], { before: first.state, situation: later }))).toEqual(
      [],
    );
  });

  test("of a look before a failed one is not told again", () => {
    const acted = aLeashedView([aLeaked(7)]);
    expect(lines(acted, failed(acted, "connect"))).toEqual([["error", "look failed"]]);
  });
});

import { describe, expect, test } from "vitest";

import { breakerAfter } from "../../src/decide/breaker.ts";
import type { Breaker, Grounds, LedgerEntry, OpenBreaker, Outcome } from "../../src/decide/ledger.ts";
import type { BreakerSettings } from "../../src/decide/policy.ts";
import type { Holder } from "../../src/decide/target.ts";
import { anEntry, anOpenBreaker, NOW } from "../support/a-case.ts";

const settings: BreakerSettings = {
  futileActs: 3,
  unconfirmedActs: 2,
  windowSeconds: 600,
  coolDownSeconds: 1800,
};

/** The breaker so long after it opened, with what was done since; whoever was acted on has so many sessions now, and a leak. */
function after(
  entries: readonly LedgerEntry[],
  {
    breaker = anOpenBreaker({ sinceSeconds: NOW - 3000 }),
    sessions = 100,
    leaksOf = () => 1,
  }: {
    readonly breaker?: OpenBreaker;
    readonly sessions?: number | ((holder: Holder) => number);
    readonly leaksOf?: (holder: Holder) => number;
  } = {},
): Breaker {
  const sessionsOf = typeof sessions === "number" ? () => sessions : sessions;
  return breakerAfter({ entries, breaker }, { nowSeconds: NOW, settings, sessionsOf, leaksOf });
}

/** Acts that were made so long ago, which came out so. */
function trial(agoSeconds: number, outcome: Outcome | null = "terminated"): readonly LedgerEntry[] {
  return [anEntry({ atSeconds: NOW - agoSeconds, outcome })];
}

/** One act on the application did not help. */
const grounds: Grounds = {
  actedOn: { breadth: "application", application: { usename: "app", applicationName: "web-1" } },
  acts: 1,
  sessionsBefore: 100,
  sessionsAfter: 100,
};

/** The client that was acted on has none left, all clients of its application have as many as before. */
function noneOfTheClient({ clientAddr }: Holder): number {
  return clientAddr === null ? 100 : 0;
}

describe("E17: a trial after futile acts is judged by the sessions, in the second half of a window", () => {
  const breaker = anOpenBreaker({ sinceSeconds: NOW - 3000 });
  const reopened = anOpenBreaker({
    sinceSeconds: NOW,
    grounds,
  });

  test.for(["terminated", "cancelled"] as const)("not before, though it was %s", (outcome) => {
    for (const sessions of [1, 100]) expect(after(trial(299, outcome), { sessions })).toEqual(breaker);
  });

  test("as soon as they are as many again it opens anew; that they are fewer is not enough yet", () => {
    for (const ago of [300, 599]) {
      expect(after(trial(ago), { sessions: 100 })).toEqual(reopened);
      expect(after(trial(ago), { sessions: 1 })).toEqual(breaker);
    }
  });

  test.for(["terminated", "cancelled"] as const)("then, when it was %s", (outcome) => {
    expect(after(trial(600, outcome), { sessions: 99 })).toEqual({ state: "closed", sinceSeconds: NOW });
    expect(after(trial(600, outcome), { sessions: 100 })).toEqual(reopened);
  });

  test("sessions that came back from another client are not fewer", () => {
    const entries = trial(600).map((entry) => ({ ...entry, holderSessions: 10 }));
    expect(after(entries, { sessions: noneOfTheClient })).toEqual(reopened);
  });
});

describe("E17: whoever it opened for must have fewer, too, wherever it was tried", () => {
  const other: Holder = { usename: "other", applicationName: "batch", clientAddr: "10.0.0.9" };
  const [tried] = trial(600).map((entry) => ({
    ...entry,
    holder: other,
    holderSessions: 3,
    applicationSessions: 3,
  }));
  const client = { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.7" };
  const ofClient: Grounds = {
    actedOn: { breadth: "holder", holder: client },
    acts: 3,
    sessionsBefore: 40,
    sessionsAfter: 40,
  };

  /** Where the others have so many now, and those it opened for so many, of which some leak unless told otherwise. */
  function tellsOf(
    others: number,
    those: number,
    { leaks = 2, ...opened }: Partial<OpenBreaker> & { readonly leaks?: number } = {},
  ): Breaker {
    // From all clients 99 more: only a holder is counted by its client.
    const isByClient = opened.grounds?.actedOn.breadth === "holder";
    const sessions = ({ usename, clientAddr }: Holder): number => {
      if (usename === "other") return others;
      return isByClient && clientAddr === null ? those + 99 : those;
    };
    const breaker = anOpenBreaker({ sinceSeconds: NOW - 3000, ...opened });
    const leaksOf = ({ usename }: Holder): number => (usename === "other" ? 5 : leaks);
    return after(tried === undefined ? [] : [tried], { breaker, sessions, leaksOf });
  }

  test("they have as many: it stays open for them, though those it was tried on have fewer", () => {
    expect(tellsOf(2, 102)).toEqual(
      anOpenBreaker({ sinceSeconds: NOW, grounds: { ...grounds, acts: 3, sessionsAfter: 102 } }),
    );
    expect(tellsOf(2, 100).state).toBe("open");
    expect(tellsOf(2, 40, { grounds: ofClient })).toMatchObject({ state: "open", grounds: ofClient });
  });

  test("both have fewer, be it since the trial or before it: it closes", () => {
    expect(tellsOf(2, 99)).toEqual({ state: "closed", sinceSeconds: NOW });
    expect(tellsOf(2, 39, { grounds: ofClient })).toEqual({ state: "closed", sinceSeconds: NOW });
  });

  test("only they have fewer: it is open for those it was tried on", () => {
    const application = { usename: "other", applicationName: "batch" };
    expect(tellsOf(3, 99)).toMatchObject({
      state: "open",
      grounds: { actedOn: { breadth: "application", application }, acts: 1, sessionsBefore: 3 },
    });
  });

  test("once they have no leak left they have recovered: then those it was tried on are judged alone", () => {
    const application = { usename: "other", applicationName: "batch" };
    for (const opened of [{}, { grounds: ofClient }]) {
      expect(tellsOf(2, 102, { ...opened, leaks: 1 })).toMatchObject({ state: "open", sinceSeconds: NOW });
      expect(tellsOf(2, 102, { ...opened, leaks: 0 })).toEqual({ state: "closed", sinceSeconds: NOW });
      expect(tellsOf(3, 102, { ...opened, leaks: 0 })).toMatchObject({
        state: "open",
        sinceSeconds: NOW,
        grounds: { actedOn: { breadth: "application", application }, sessionsBefore: 3 },
      });
    }
  });

  test("but not where it was tried on them: that it has no leak left is what an act does", () => {
    expect(after(trial(600), { sessions: 100, leaksOf: () => 0 })).toMatchObject({ state: "open" });
  });

  test("where nobody knows any more who they were, those it was tried on stand for them", () => {
    const everybody = { ...ofClient, actedOn: { breadth: "everybody" as const } };
    for (const unknown of [everybody, null])
      expect(tellsOf(2, 100, { grounds: unknown })).toEqual({ state: "closed", sinceSeconds: NOW });
  });

  test("where it was tried on them, what they had then counts: an application may have grown", () => {
    const grown = trial(600).map((entry) => ({ ...entry, holderSessions: 150, applicationSessions: 150 }));
    expect(after(grown, { sessions: 149 })).toEqual({ state: "closed", sinceSeconds: NOW });
    expect(after(grown, { sessions: 150 })).toMatchObject({ grounds: { acts: 1, sessionsBefore: 150 } });
  });
});

describe("E17: the outcome of a trial decides at once", () => {
  const since = NOW - 10;
  const causes = [
    ["not_confirmed", "unconfirmed"],
    ["failed", "unconfirmed"],
    [null, "unconfirmed"],
    ["denied", "denied"],
  ] as const;

  test.for(["terminated", "cancelled"] as const)(
    "where nobody saw any work, and this one is %s",
    (outcome) => {
      for (const why of ["unconfirmed", "denied"] as const) {
        const breaker = anOpenBreaker({ why, sinceSeconds: NOW - 3000 });
        expect(after(trial(10, outcome), { breaker })).toEqual({ state: "closed", sinceSeconds: since });
      }
    },
  );

  test.for(causes)("where nobody saw any work, and this one is %s, it is %s", ([outcome, cause]) => {
    for (const why of ["unconfirmed", "denied"] as const) {
      const breaker = anOpenBreaker({ why, sinceSeconds: NOW - 3000 });
      expect(after(trial(10, outcome), { breaker })).toEqual({
        state: "open",
        sinceSeconds: since,
        why: cause,
        grounds,
      });
    }
  });

  test.for(causes)(
    "where acts were futile they still are when it is %s, and so is what is tried next",
    (row) => {
      const [outcome] = row;
      const breaker = anOpenBreaker({ sinceSeconds: NOW - 3000 });
      const still = { ...breaker, sinceSeconds: since };
      expect(after(trial(10, outcome), { breaker })).toEqual(still);
      const next = anEntry({ atSeconds: since + 1800 });
      expect(
        breakerAfter(
          { entries: [...trial(10, outcome), next], breaker: still },
          { nowSeconds: since + 1810, settings, sessionsOf: () => 100, leaksOf: () => 1 },
        ),
      ).toEqual(still);
    },
  );

  test("but that of one that had moved on", () => {
    const breaker = anOpenBreaker({ sinceSeconds: NOW - 3000 });
    expect(after(trial(700, "moved_on"), { breaker, sessions: 1 })).toEqual(breaker);
  });

  test("what worked before it opened is no trial", () => {
    const opened = anOpenBreaker({ sinceSeconds: NOW - 1800 });
    expect(after(trial(1900), { breaker: opened, sessions: 1 })).toEqual(opened);
  });
});

import { describe, expect, test } from "vitest";

import { breakerAfter } from "../../src/decide/breaker.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { ActedOn, Breaker, LedgerEntry, Outcome } from "../../src/decide/ledger.ts";
import type { BreakerSettings } from "../../src/decide/policy.ts";
import type { Holder } from "../../src/decide/target.ts";
import { aLeaked, anEntry, aPolicy, aSituation, NOW } from "../support/a-case.ts";
import { aGroup } from "../support/a-view.ts";
import { decided } from "../support/decided.ts";

const settings: BreakerSettings = {
  futileActs: 3,
  unconfirmedActs: 2,
  windowSeconds: 600,
  coolDownSeconds: 1800,
};

const closed: Breaker = { state: "closed", sinceSeconds: 0 };
const application = { usename: "app", applicationName: "web-1" };
const ofApplication: ActedOn = { breadth: "application", application };
const everybody: ActedOn = { breadth: "everybody" };

/** The breaker after these acts, when whoever was acted on has so many sessions now. */
function after(
  entries: readonly LedgerEntry[],
  sessions: number | ((holder: Holder) => number) = 100,
  breaker: Breaker = closed,
): Breaker {
  const sessionsOf = typeof sessions === "number" ? () => sessions : sessions;
  return breakerAfter({ entries, breaker }, { nowSeconds: NOW, settings, sessionsOf, leaksOf: () => 1 });
}

function oneOfEtl({ usename }: Holder): number {
  return usename === "etl" ? 1 : 100;
}

/** Acts a minute apart, the last of them just now. */
function acts(...outcomes: readonly (Outcome | null)[]): readonly LedgerEntry[] {
  return outcomes.map((outcome, index) =>
    anEntry({ atSeconds: NOW - 60 * (outcomes.length - 1 - index), outcome, episode: String(index) }),
  );
}

const thrice = acts("terminated", "terminated", "terminated");

/** The same, each on a holder that differs in this. */
function spread(field: keyof Holder): readonly LedgerEntry[] {
  return thrice.map((entry, index) => ({
    ...entry,
    holder: { ...entry.holder, [field]: `10.0.0.${index}` },
  }));
}

/** A client has so many sessions, and all clients of its application so many. */
function counts(client: number, all: number): (holder: Holder) => number {
  return ({ clientAddr }) => (clientAddr === null ? all : client);
}

/** The first of the applications has so many, and each other one 99. */
function firstHas(sessions: number): (holder: Holder) => number {
  return ({ applicationName }) => (applicationName === "10.0.0.0" ? sessions : 99);
}

describe("E17: the breaker opens when acts do not help", () => {
  test("three sessions were ended, and their holder has as many as before the first", () => {
    const grounds = { actedOn: ofApplication, acts: 3, sessionsBefore: 100, sessionsAfter: 100 };
    expect(after(thrice)).toEqual({ state: "open", sinceSeconds: NOW, why: "futile", grounds });
    expect(after(thrice, 101)).toMatchObject({ state: "open", grounds: { sessionsAfter: 101 } });
  });

  test("it names the client where looks tell clients apart", () => {
    const ofOne = thrice.map((entry) => ({ ...entry, holderSessions: 10 }));
    expect(after(ofOne, counts(11, 99))).toMatchObject({
      state: "open",
      grounds: {
        actedOn: { breadth: "holder", holder: { ...application, clientAddr: "10.0.0.7" } },
        acts: 3,
        sessionsBefore: 10,
        sessionsAfter: 11,
      },
    });
  });

  test.for<readonly [keyof Holder, ActedOn, number]>([
    ["clientAddr", ofApplication, 100],
    ["applicationName", everybody, 300],
    ["usename", everybody, 300],
  ])("three sessions were ended, each of another %s, and they have as many as before", (row) => {
    const [field, actedOn, sessions] = row;
    const grounds = { actedOn, acts: 3, sessionsBefore: sessions, sessionsAfter: sessions };
    expect(after(spread(field))).toMatchObject({ state: "open", why: "futile", grounds });
  });

  test("a leak that comes back from a new client each time: each old one has fewer, all have as many", () => {
    const moving = spread("clientAddr").map((entry) => ({ ...entry, holderSessions: 10 }));
    expect(after(moving, counts(0, 100))).toMatchObject({
      state: "open",
      grounds: { actedOn: ofApplication, sessionsBefore: 100, sessionsAfter: 100 },
    });
    expect(after(moving, counts(0, 99))).toEqual(closed);
  });

  test("so a look counts both, and the breaker opens at the third", () => {
    const policy = aPolicy({ breaker: settings });
    let leash: Leash = emptyLeash;
    const states = [0, 1, 2, 3].map((client) => {
      // Clients come and go, the application has a hundred sessions at each look.
      const clientAddr = `10.0.0.${client}`;
      const groups = [aGroup({ sessions: 10, clientAddr }), aGroup({ sessions: 90, clientAddr: "10.0.1.1" })];
      const episode = aLeaked(client, { backend: { clientAddr } });
      const situation = aSituation([episode], { nowSeconds: NOW + 10 * client, groups });
      ({ leash } = decided(leash, situation, { policy }));
      return leash.ledger.breaker.state;
    });
    expect(states).toEqual(["closed", "closed", "closed", "open"]);
    expect(leash.ledger.entries).toMatchObject(
      [1, 2, 3].map(() => ({ holderSessions: 10, applicationSessions: 100 })),
    );
  });

  test("of several applications it is the sum that counts, not each of them", () => {
    const states = [102, 101].map((sessions) => after(spread("applicationName"), firstHas(sessions)).state);
    expect(states).toEqual(["open", "closed"]);
  });

  test("the clients of one application are judged by themselves, whatever others did", () => {
    const other = anEntry({ holder: { usename: "etl", applicationName: "load", clientAddr: null } });
    expect(after([other, ...spread("clientAddr")], oneOfEtl)).toMatchObject({
      state: "open",
      grounds: { actedOn: ofApplication, acts: 3 },
    });
  });

  test.for<readonly [string, readonly LedgerEntry[], number]>([
    ["its sessions are fewer", thrice, 99],
    ["there were only two", acts("terminated", "terminated"), 100],
    ["one had moved on", acts("terminated", "terminated", "moved_on"), 100],
    [
      "the first is out of the window",
      [anEntry({ atSeconds: NOW - 601 }), ...acts("terminated", "terminated")],
      100,
    ],
    ["each was of another client, and they are fewer", spread("clientAddr"), 99],
    [
      "a dry run lowers nothing",
      thrice.map((entry) => ({ ...entry, mode: "dry_run" as const, outcome: null })),
      100,
    ],
  ])("not when %s", ([, entries, sessions]) => {
    expect(after(entries, sessions)).toEqual(closed);
  });
});

describe("E17: the breaker opens when nobody can see whether acts work", () => {
  test.for<readonly [Outcome | null, Outcome | null]>([
    ["not_confirmed", "failed"],
    ["failed", "failed"],
    // Its outcome was never written.
    [null, null],
  ])("%s and %s", ([one, two]) => {
    expect(after(acts(one, "terminated", two), 1)).toEqual({
      state: "open",
      sinceSeconds: NOW,
      why: "unconfirmed",
      grounds: { actedOn: ofApplication, acts: 2, sessionsBefore: 100, sessionsAfter: 1 },
    });
  });

  test("it names all whom they were about", () => {
    const unseen = spread("usename").map((entry) => ({ ...entry, outcome: null }));
    expect(after(unseen, 1)).toMatchObject({ grounds: { actedOn: everybody, acts: 3 } });
  });

  test("not on one, on refusals, or in a dry run", () => {
    expect(after(acts("failed", "terminated"), 1)).toEqual(closed);
    expect(after(acts("denied", "denied", "denied"), 1)).toEqual(closed);
    expect(
      after(
        acts(null, null).map((entry) => ({ ...entry, mode: "dry_run" as const })),
        1,
      ),
    ).toEqual(closed);
  });
});

test("once closed it judges only what was done since", () => {
  expect(after(thrice, 100, { state: "closed", sinceSeconds: NOW - 60 })).toMatchObject({ state: "closed" });
});

import { describe, expect, test } from "vitest";

import { unattributed } from "../../src/classify/attribution/remember.ts";
import { backendKey } from "../../src/classify/backend-key.ts";
import { openSessions } from "../../src/leak-check/open-sessions.ts";
import { aHolder, aSession, BEGINNING, instantAt, seenAt } from "../support/a-run.ts";
import { seen } from "../support/a-sighting.ts";

const nobody = new Map();

describe("the sessions of a look", () => {
  test("are told as what they would be if they stayed so", () => {
    const session = aHolder(7, 1, 3);
    const attribution = {
      ...unattributed,
      redactedStatement: "UPDATE stock",
      commentKeys: new Map([["route", "/cart"]]),
    };
    const look = seenAt(4, [session], { attributions: new Map([[backendKey(session.id), attribution]]) });
    expect([...openSessions(look, nobody).values()]).toEqual([
      expect.objectContaining({
        kind: "idle_in_transaction",
        backend: session,
        severity: "leaked",
        certainty: "high",
        ageSeconds: 3,
        commentKeys: new Map([["route", "/cart"]]),
        redactedStatement: "UPDATE stock",
        sightings: 1,
        firstSeenSeconds: BEGINNING + 4,
      }),
    ]);
  });

  test("go on from the look before while nothing happens to them", () => {
    const first = openSessions(seenAt(4, [aHolder(7, 1, 3), aSession(8, 1)]), nobody);
    const moved = aSession(8, 1, { stateChange: instantAt(4.5) });
    const second = openSessions(seenAt(5, [aHolder(7, 1, 4), moved]), first);
    expect([...second.values()]).toMatchObject([
      { sightings: 2, firstSeenSeconds: BEGINNING + 4 },
      { sightings: 1, firstSeenSeconds: BEGINNING + 5 },
    ]);
  });

  test("cost what the product says they cost", () => {
    const [sighting] = [seen(aHolder(7, 1, 3), { blockedSessions: 2 })];
    const look = { ...seenAt(4), sightings: sighting === undefined ? [] : [sighting] };
    expect([...openSessions(look, nobody).values()]).toMatchObject([
      { harm: { level: "blocking", blockedSessions: 2 } },
    ]);
  });

  test("are none where nobody can say what they do", () => {
    const untracked = aSession(7, 1, { state: "disabled", stateChange: null, queryStart: null });
    expect(openSessions(seenAt(4, [untracked]), nobody).size).toBe(0);
  });
});

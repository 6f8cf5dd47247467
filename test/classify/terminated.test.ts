import { describe, expect, test } from "vitest";

import { classify, type Verdict } from "../../src/classify/classify.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import type { Snapshot } from "../../src/observe/snapshot.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import { anIdleTransaction } from "../support/a-sighting.ts";
import { aLook, aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { judging } from "../support/thresholds.ts";

const forgotten = anIdleTransaction({ stateSeconds: 20, xactSeconds: 20 });
const seen = classify(lookOf(aLook(20, forgotten)), emptyMemory(), judging);
const [suspect] = seen.suspects.flatMap((one) => ("backend" in one ? [one] : []));
const key = suspect === undefined ? "" : keyOfEpisode(suspect);

/** The look after the one that named it, by a pgleash that has ended these episodes. */
function next(look: Snapshot, ...terminated: readonly string[]): Verdict {
  return classify(lookOf(look), seen.memory, { ...judging, terminated: new Set(terminated) });
}

function endsOf({ events }: Verdict): readonly string[] {
  return events.flatMap((event) => (event.type === "ended" ? [event.end] : []));
}

test("the key of a suspect is the one under which it is remembered", () => {
  expect([...seen.memory.episodes.keys()]).toEqual([key]);
});

describe("an episode whose session pgleash ended", () => {
  test("ends as terminated, and is counted so; one that vanished by itself does not", () => {
    const ended = next(aLook(30), key);
    expect(endsOf(ended)).toEqual(["terminated"]);
    expect(ended.memory.tally.idle_in_transaction.ended).toMatchObject({ terminated: 1, vanished: 0 });
    expect(endsOf(next(aLook(30)))).toEqual(["vanished"]);
    expect(endsOf(next(aLook(30), `${key} another`))).toEqual(["vanished"]);
  });

  test("ends so although the look cannot vouch for the time in between: whoever ended it saw it gone", () => {
    expect(endsOf(next(aLook(500), key))).toEqual(["terminated"]);
    expect(endsOf(next(aLook(500)))).toEqual(["lost_sight"]);
    const { coverage } = aSnapshot();
    const hidden = { ...aLook(30), coverage: { ...coverage, hiddenSessions: 1 } };
    expect(endsOf(next(hidden, key))).toEqual(["terminated"]);
  });

  test("does not end while its session is there, whatever was believed", () => {
    const there = anIdleTransaction({ stateSeconds: 30, xactSeconds: 30 });
    expect(endsOf(next(aLook(30, there), key))).toEqual([]);
  });

  test("takes the other episodes of that session with it", () => {
    const steps = [
      aLook(20, anIdleTransaction({ stateSeconds: 1, xactSeconds: 20 })),
      aLook(40, anIdleTransaction({ stateSeconds: 21, xactSeconds: 40 })),
    ];
    const last = steps.reduce<Verdict | null>(
      (before, look) => classify(lookOf(look), before?.memory ?? emptyMemory(), judging),
      null,
    );
    const keys = [...(last?.memory.episodes.keys() ?? [])];
    expect(keys.map((one) => one.split("/")[0])).toEqual(["long_transaction", "idle_in_transaction"]);
    const after = classify(lookOf(aLook(50)), last?.memory ?? emptyMemory(), {
      ...judging,
      terminated: new Set(keys.slice(1)),
    });
    expect(endsOf(after)).toEqual(["terminated", "terminated"]);
  });
});

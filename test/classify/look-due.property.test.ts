import { expect, test } from "vitest";

import { quickAges } from "../../src/classify/candidate-ages.ts";
import { classify } from "../../src/classify/classify.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { lookDue } from "../../src/classify/look-due.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { isTimeForQuickLook, paceAfter } from "../../src/watch/call-pace.ts";
import { aBackend } from "../support/a-backend.ts";
import { aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { runsTier } from "../support/fuzz-runs.ts";
import { randomFrom, type Random } from "../support/random-looks.ts";
import { judging, thresholds } from "../support/thresholds.ts";

/** Seeds, not chance: a failure names its seed, and the next run fails the same way. */
const SEQUENCES = { newcomer: 100, check: 500, full: 2000 }[runsTier()];

const START = 1_800_000_000;
const EVERY = 10;
const LAST = 120;

const suspectAfter = { idle_in_transaction: 4, stale_active: 9, long_transaction: 21 };
const named = (suspectAfterSeconds: number) => ({
  enabled: true,
  suspectAfterSeconds,
  leakedAfterSeconds: 90,
});
const off = { ...named(1), enabled: false };
const defaults = {
  ...thresholds,
  idle_in_transaction: named(suspectAfter.idle_in_transaction),
  stale_active: named(suspectAfter.stale_active),
  long_transaction: named(suspectAfter.long_transaction),
  stalled_client: off,
  pool_overgrown: off,
};
const options = { ...judging, thresholds: { ...judging.thresholds, defaults } };
const ages = quickAges(options.thresholds);

type Session = Pick<Backend, "state"> & {
  readonly xact: number;
  readonly query: number;
  readonly change: number;
};

/** What a session does, by half seconds: it begins, runs statements, pauses, and goes on or ends, each after a random while. */
function randomLife(random: Random): readonly Session[] {
  let session: Session = { state: "idle", xact: 0, query: 0, change: 0 };
  let until = random.below(60);
  return Array.from({ length: 2 * LAST + 1 }, (_, half) => {
    if (half < until) return session;
    until = half + 1 + random.oneOf([random.below(4), random.below(12), random.below(80)]);
    // What begins does so a little before the instant at which somebody may look.
    const at = half / 2 - random.oneOf([0, 0.1, 0.4]);
    const { state } = session;
    if (state === "idle") session = { state: "active", xact: at, query: at, change: at };
    else if (state === "idle in transaction" && random.below(3) > 0)
      session = { ...session, state: "active", query: at, change: at };
    else if (state === "active" && random.below(4) > 0)
      session = { ...session, state: "idle in transaction", change: at };
    else session = { ...session, state: "idle", change: at };
    return session;
  });
}

function backendOf(session: Session, pid: number, at: number): Backend {
  const { state, xact, query, change } = session;
  const isOpen = state !== "idle";
  return aBackend({
    id: { pid, backendStart: "2026-01-01 00:00:00+00" },
    state,
    waitEventType: null,
    waitEvent: null,
    xactStart: isOpen ? String(xact) : null,
    xactSeconds: isOpen ? at - xact : null,
    queryStart: String(query),
    querySeconds: at - query,
    stateChange: String(change),
    stateSeconds: at - change,
  });
}

type Instant = { readonly at: number; readonly backends: readonly Backend[] };

function instantsOf(random: Random): readonly Instant[] {
  const lives = Array.from({ length: 4 }, () => randomLife(random));
  return Array.from({ length: 2 * LAST + 1 }, (_, half) => {
    const at = half / 2;
    return {
      at,
      backends: lives.flatMap((life, pid) => (life[half] ? [backendOf(life[half], pid, at)] : [])),
    };
  });
}

type Run = {
  /** When each episode was first suspected, and how old it was. */
  readonly suspected: ReadonlyMap<string, { readonly at: number; readonly age: number }>;
  /** The times of all looks, and of the quick looks that there was time for. */
  readonly looks: readonly number[];
  readonly quick: readonly number[];
  /** Who was called for: the same twice would be a look without end. */
  readonly calls: readonly string[];
  readonly mostSightings: number;
};

/** Looks by plan every ten seconds, and quick looks half a second after each full second; or a look at every instant. */
function run(instants: readonly Instant[], isFullAlways: boolean): Run {
  let memory = emptyMemory();
  let pace = { calledFor: 0, lastBeganMs: -Infinity };
  let mostSightings = 0;
  const suspected = new Map<string, { at: number; age: number }>();
  const [looks, quick, calls] = [new Array<number>(), new Array<number>(), new Array<string>()];
  const look = ({ at, backends }: Instant, isOutOfTurn: boolean): void => {
    looks.push(at);
    pace = paceAfter(pace, isOutOfTurn, 1000 * at);
    const candidates = backends.filter(({ state }) => state !== "idle");
    const snapshot = aSnapshot({ takenAtSeconds: START + at, candidates });
    const verdict = classify(lookOf(snapshot), memory, { ...options, isOutOfTurn });
    memory = verdict.memory;
    for (const { type, episode } of verdict.events)
      if (type === "suspected" && "backend" in episode)
        suspected.set(keyOfEpisode(episode), { at, age: episode.ageSeconds });
    mostSightings = Math.max(mostSightings, ...verdict.suspects.map(({ sightings }) => sightings));
  };
  for (const instant of instants) {
    const { at, backends } = instant;
    if (isFullAlways || at % EVERY === 0) look(instant, false);
    else if (at % 1 === 0.5 && isTimeForQuickLook(pace, 1, 1000 * at)) {
      quick.push(at);
      const transactions = backends.flatMap(({ id, xactSeconds, ...one }) =>
        xactSeconds === null ? [] : [{ ...one, pid: id.pid, xactSeconds }],
      );
      const lastLookSeconds = memory.lastLook?.takenAtSeconds ?? 0;
      const due = lookDue({ takenAtSeconds: START + at, transactions }, { ages, lastLookSeconds });
      if (due.type === "not_due") continue;
      const backend = backends[due.pid];
      const period = {
        idle_in_transaction: backend?.stateChange,
        stale_active: backend?.queryStart,
        long_transaction: backend?.xactStart,
      };
      calls.push(`${due.pid} ${due.kind} ${period[due.kind]}`);
      look(instant, true);
    }
  }
  return { suspected, looks, quick, calls, mostSightings };
}

/** What is broken by quick looks beside looks by plan, compared with a look at every instant; `null` if nothing is. */
function broken(instants: readonly Instant[]): string | null {
  const every = run(instants, true);
  const some = run(instants, false);
  if (new Set(some.calls).size < some.calls.length) return "somebody called twice for the same age";
  if (some.mostSightings > 1 + LAST / EVERY) return "a look out of turn counts as a sighting";
  for (const key of some.suspected.keys())
    if (!every.suspected.has(key)) return `${key} is suspected, and would not be by looks alone`;
  for (const [key, { at, age }] of every.suspected) {
    const found = some.suspected.get(key)?.at ?? Infinity;
    const kind = kindOf(key);
    // What came of age earlier, and could be named only now, is the matter of looks by plan.
    const cameOfAge = age - 0.5 < suspectAfter[kind];
    const sure = some.looks.find((look) => look >= at) ?? Infinity;
    const soon = cameOfAge ? (some.quick.find((look) => look >= at) ?? Infinity) : Infinity;
    const due = Math.min(sure, soon);
    if (found > due && due < Infinity && isNamedAt(instants, key, due))
      return `${key}, of age at ${at}, is found at ${found}, and not at ${due}`;
  }
  return null;
}

function kindOf(key: string): keyof typeof suspectAfter {
  if (key.startsWith("idle_in_transaction/")) return "idle_in_transaction";
  return key.startsWith("stale_active/") ? "stale_active" : "long_transaction";
}

/** Whether a single look at this time names it. */
function isNamedAt(instants: readonly Instant[], key: string, at: number): boolean {
  return run([{ at: 0, backends: instants[2 * at]?.backends ?? [] }], true).suspected.has(key);
}

test("episodes are those of a look at every instant, at most as late as is documented, and nobody calls twice", () => {
  let calls = 0;
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const instants = instantsOf(randomFrom(seed));
    const what = broken(instants);
    expect(what, `seed ${seed}`).toBeNull();
    calls += run(instants, false).calls.length;
  }
  expect(calls).toBeGreaterThan(SEQUENCES);
});

test("whoever is never old enough calls for no look", () => {
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const instants = instantsOf(randomFrom(seed)).map(({ at, backends }) => ({
      at,
      backends: backends.filter(({ xactSeconds }) => xactSeconds === null || xactSeconds < 4),
    }));
    expect(run(instants, false).calls, `seed ${seed}`).toEqual([]);
  }
});

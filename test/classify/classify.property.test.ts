import { beforeAll, expect, test } from "vitest";
import { classify, type Verdict } from "../../src/classify/classify.ts";
import { detectors } from "../../src/classify/detectors/index.ts";
import type { Episode } from "../../src/classify/episode.ts";
import { leakKinds } from "../../src/classify/kind.ts";
import type { Look } from "../../src/classify/look.ts";
import { emptyMemory, type Memory } from "../../src/classify/memory.ts";
import type { Tally } from "../../src/classify/tally.ts";
import { runsTier } from "../support/fuzz-runs.ts";
import { randomBackend, randomFrom, randomLooks } from "../support/random-looks.ts";
import { judging, rules } from "../support/thresholds.ts";

/** Seeds, not chance: a failure names its seed, and the next run fails the same way. */
const SEQUENCES = { newcomer: 3000, check: 10_000, full: 100_000 }[runsTier()];
/** One of the two applications that the looks know has declared its pool. */
const options = {
  ...judging,
  pools: [
    {
      name: "jobs",
      matches: ({ applicationName }: { readonly applicationName: string | null }) =>
        applicationName === "jobs",
      size: 5,
      maxOverflow: 5,
      per: "all" as const,
    },
  ],
};

type Step = { readonly before: Memory; readonly look: Look; readonly verdict: Verdict };

function steps(looks: readonly Look[]): readonly Step[] {
  let memory = emptyMemory();
  return looks.map((look) => {
    const before = memory;
    const verdict = classify(look, before, options);
    memory = verdict.memory;
    return { before, look, verdict };
  });
}

/** Why a sequence of looks breaks a rule; `null` when it keeps it. */
type Rule = (taken: readonly Step[], looks: readonly Look[], seed: number) => string | null;

function counters(tally: Tally): readonly number[] {
  return leakKinds.flatMap((kind) => {
    const { suspected, leaked, ended, durations } = tally[kind];
    return [
      suspected,
      leaked,
      ...Object.values(ended),
      durations.count,
      durations.sumSeconds,
      ...durations.counts,
    ];
  });
}

function sum(tally: Tally, count: (kind: Tally[keyof Tally]) => number): number {
  return leakKinds.reduce((total, kind) => total + count(tally[kind]), 0);
}

function keyOf(episode: Episode): string {
  return JSON.stringify([episode.kind, subjectOf(episode), episode.period]);
}

function subjectOf(episode: Episode): unknown {
  if ("backend" in episode) return episode.backend.id;
  return "prepared" in episode ? episode.prepared.gid : episode.pool.key;
}

const beginsAndEndsOnce: Rule = (taken) => {
  const open = new Map<string, Set<string>>();
  for (const { verdict } of taken) {
    for (const event of verdict.events) {
      const key = keyOf(event.episode);
      const past = open.get(key);
      if (event.type === "suspected" && past !== undefined) return `${key} began twice`;
      if (event.type !== "suspected" && past === undefined)
        return `${key} ${event.type} without having begun`;
      if (event.type === "leaked" && past?.has("leaked")) return `${key} leaked twice`;
      if (event.type === "ended") open.delete(key);
      else open.set(key, new Set([...(past ?? []), event.type]));
    }
    if (open.size !== verdict.memory.episodes.size) return "an episode came or went without an event";
  }
  return null;
};

const neverCountsDown: Rule = (taken) => {
  for (const { before, verdict } of taken) {
    const { tally, episodes } = verdict.memory;
    const past = counters(before.tally);
    if (counters(tally).some((value, index) => value < (past[index] ?? 0))) return "a counter fell";
    const ended = sum(tally, (kind) => Object.values(kind.ended).reduce((total, count) => total + count, 0));
    if (sum(tally, (kind) => kind.suspected) - ended !== episodes.size) return "begun is not ended plus open";
    if (sum(tally, (kind) => kind.leaked) > sum(tally, (kind) => kind.suspected))
      return "more leaked than suspected";
  }
  return null;
};

const remembersNoMoreThanIsSeen: Rule = (taken) => {
  for (const { before, look, verdict } of taken) {
    const { episodes, clientWaits, lockWaits, advisoryLocks, excuses, attributions, pools, slots } =
      verdict.memory;
    const { candidates, groups } = look.snapshot;
    const ofSessions = [clientWaits, lockWaits, advisoryLocks, excuses, attributions];
    if (Math.max(...ofSessions.map(({ size }) => size)) > candidates.length)
      return "more is remembered of sessions than there are candidates";
    if (pools.size > groups.length + options.pools.length) return "more pools than groups";
    if (slots.size > 1) return "more series than limits";
    // A look that cannot see a kind keeps its episodes, so these may add to those of the candidates.
    const unseen = [...before.episodes.values()].filter(({ kind }) => !sees(look, kind)).length;
    const others = 2 + pools.size;
    if (episodes.size > candidates.length * leakKinds.length + unseen + others)
      return "episodes outgrow the candidates";
  }
  return null;
};

const judgesEachAlone: Rule = (taken, looks, seed) => {
  const random = randomFrom(seed + SEQUENCES);
  const crowded = looks.map(({ snapshot, ...look }) => ({
    ...look,
    snapshot: { ...snapshot, candidates: [randomBackend(random, 99), ...snapshot.candidates] },
  }));
  const alone = taken.map(({ verdict }) => verdict.suspects);
  const among = steps(crowded).map(({ verdict }) =>
    verdict.suspects.filter((suspect) => !("backend" in suspect) || suspect.backend.id.pid !== 99),
  );
  return JSON.stringify(alone) === JSON.stringify(among) ? null : "the others are judged differently";
};

const endsOnlyWhatIsSeen: Rule = (taken) => {
  for (const { look, verdict } of taken) {
    for (const event of verdict.events) {
      if (event.type !== "ended" || event.end === "lost_sight") continue;
      if (!sees(look, event.episode.kind)) return `${event.episode.kind} ended as ${event.end} unseen`;
    }
  }
  return null;
};

const namesEachOnce: Rule = (taken) => {
  for (const { verdict } of taken) {
    const subjects = verdict.suspects.map((suspect) => JSON.stringify(subjectOf(suspect)));
    if (new Set(subjects).size !== subjects.length) return "a subject is named twice";
    const isPast = verdict.suspects.every(
      ({ kind, ageSeconds }) => ageSeconds >= rules.defaults[kind].suspectAfterSeconds,
    );
    if (!isPast) return "a suspect is younger than its threshold";
  }
  return null;
};

/** What is no backend is seen by the evidence, which holds until the next. */
function sees({ snapshot }: Look, kind: Episode["kind"]): boolean {
  const detector = detectors.find((one) => one.kind === kind);
  return detector === undefined || snapshot.coverage.sights.includes(detector.sight);
}

/** By the sentence that tells it. */
const kept: Readonly<Record<string, Rule>> = {
  "every episode begins before it is leaked, and ends, at most once": beginsAndEndsOnce,
  "no counter ever falls, and what began has ended or is open": neverCountsDown,
  "what is remembered is bounded by what the looks return": remembersNoMoreThanIsSeen,
  "an unrelated backend changes no verdict about the others": judgesEachAlone,
  "a kind outside the coverage of a look does not end on it": endsOnlyWhatIsSeen,
  "each suspect backend is named once, and only by a kind whose threshold it is past": namesEachOnce,
};

/** Of each rule how the first sequence that breaks it does so; `null` when none does. */
const broken = new Map<string, string | null>();

// Each sequence is judged once, for all rules: to judge it is what takes the time.
beforeAll(
  () => {
    for (let seed = 0; seed < SEQUENCES; seed += 1) {
      const looks = randomLooks(randomFrom(seed));
      const taken = steps(looks);
      for (const [sentence, rule] of Object.entries(kept)) {
        if ((broken.get(sentence) ?? null) !== null) continue;
        const why = rule(taken, looks, seed);
        broken.set(sentence, why === null ? null : `seed ${seed}: ${why}`);
      }
    }
  },
  runsTier() === "full" ? 900_000 : 180_000,
);

test.each(Object.keys(kept))("%s", (sentence) => {
  expect(broken.get(sentence)).toBeNull();
});

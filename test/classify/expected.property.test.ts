import { expect, test } from "vitest";

import { classify, type Verdict } from "../../src/classify/classify.ts";
import { seenExpected } from "../../src/classify/expected-sessions.ts";
import { findBackends } from "../../src/classify/find-backends.ts";
import { episodeKey } from "../../src/classify/finding.ts";
import { backendKinds, type BackendKind } from "../../src/classify/kind.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import type { Sighting } from "../../src/classify/sighting.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import { deepFreeze } from "../support/deep-freeze.ts";
import { runsTier } from "../support/fuzz-runs.ts";
import { randomBackend, randomFrom, randomLooks, type Random } from "../support/random-looks.ts";
import { seen } from "../support/a-sighting.ts";
import { judging, rules } from "../support/thresholds.ts";

/** Seeds, not chance: a failure names its seed. */
const RUNS = { newcomer: 3000, check: 10_000, full: 200_000 }[runsTier()];

const texts = [
  "pgleash:expect=1h",
  "pgleash:expect=20s",
  "pgleash:expect=999999d",
  "pgleash:expect=1h pgleash:expect=2h",
  "pgleash:expect=soon",
  "pgleash:expect=\u0661h",
  `pgleash:expect=${"9".repeat(10_000)}d`,
  "books",
] as const;

/** A session that could be anything, and says anything. */
function randomSighting(random: Random): Sighting {
  const backend = randomBackend(random, 1);
  const said = random.oneOf(texts);
  const head = random.oneOf([`/* ${said} */ SELECT 1`, `SELECT '/* ${said} */'`, `/* ${said}`, "BEGIN"]);
  return deepFreeze(
    seen(
      {
        ...backend,
        statement: random.oneOf([null, { head, tail: null, isCut: random.below(2) > 0 }]),
        applicationName: random.oneOf([null, "web-1", random.oneOf(texts)]),
        usename: random.oneOf([null, "app", "other"]),
        querySeconds: random.oneOf([null, 0, 15, 70, 119, 120, 4000]),
        xactSeconds: random.oneOf([null, 0, 15, 70, 299, 300, 4000]),
      },
      {
        blockedSessions: random.oneOf([0, 0, 3]),
        clientWait: random.oneOf([null, { sinceSeconds: 1, seconds: 70 }]),
      },
    ),
  );
}

const AT_MOST = 120;
const IN_ALL = 300;

function matches({ usename }: { readonly usename: string | null }): boolean {
  return usename === "app";
}

function randomRules(random: Random): ThresholdRules {
  const kinds = random.oneOf<readonly BackendKind[]>([backendKinds, ["idle_in_transaction"]]);
  const work = { matches, kinds, forSeconds: random.oneOf([1, 60, 600]), reason: null };
  const allowance = { matches, atMostSeconds: AT_MOST, inAllSeconds: IN_ALL };
  return {
    ...rules,
    expected: random.below(2) > 0 ? [work] : [],
    markers: random.below(2) > 0 ? [allowance] : [],
  };
}

/** What is named of a session, but for what only these rules know of it. */
function namedBy(sighting: Sighting, judgedBy: ThresholdRules) {
  return findBackends([sighting], new Map(), judgedBy).map((finding) => {
    const { expectation: _expectation, mayDeclare: _mayDeclare, ...findings } = finding.findings;
    return { key: episodeKey(finding), findings };
  });
}

test("E36: what is expected only spares, and whoever is spared by it is counted, unless another kind names it", () => {
  let spared = 0;
  for (let seed = 0; seed < RUNS; seed += 1) {
    const random = randomFrom(seed);
    const [sighting, judgedBy] = [randomSighting(random), randomRules(random)];
    const [before, after] = [namedBy(sighting, rules), namedBy(sighting, judgedBy)];
    expect(before, `seed ${seed}`).toEqual(expect.arrayContaining(after));
    const { sessions } = seenExpected([sighting], judgedBy);
    expect(sessions.length, `seed ${seed}`).toBe(before.length > 0 && after.length === 0 ? 1 : 0);
    const isBlocking = sighting.blockedSessions > 0;
    expect(isBlocking && after.length < before.length, `seed ${seed}`).toBe(false);
    spared += sessions.length;
  }
  expect(spared).toBeGreaterThan(RUNS / 100);
});

test("E36: no marker lasts beyond its caps, nor says anything for whom it is not allowed", () => {
  let judged = 0;
  for (let seed = 0; seed < RUNS; seed += 1) {
    const random = randomFrom(seed);
    const sighting = randomSighting(random);
    const judgedBy = { ...randomRules(random), expected: [] };
    const { querySeconds, xactSeconds, stateSeconds, usename } = sighting.backend;
    const isOver = (querySeconds ?? stateSeconds ?? Infinity) >= AT_MOST || (xactSeconds ?? 0) >= IN_ALL;
    if (!isOver && usename === "app") continue;
    judged += 1;
    expect(namedBy(sighting, judgedBy), `seed ${seed}`).toEqual(namedBy(sighting, rules));
  }
  expect(judged).toBeGreaterThan(RUNS / 10);
});

test("where nothing is configured, no marker changes a verdict", () => {
  for (let seed = 0; seed < RUNS / 20; seed += 1) {
    const random = randomFrom(seed);
    const looks = randomLooks(random);
    const marked = looks.map((look) => {
      const candidates = look.snapshot.candidates.map((backend) => {
        const statement = backend.statement === null ? null : withMarker(backend.statement);
        return { ...backend, statement };
      });
      return { ...look, snapshot: { ...look.snapshot, candidates } };
    });
    expect(shown(verdictsOf(marked)), `seed ${seed}`).toBe(shown(verdictsOf(looks)));
  }
});

const MARKER = "/* pgleash:expect=1h */ ";

function withMarker<Statement extends { readonly head: string }>(statement: Statement): Statement {
  return { ...statement, head: MARKER + statement.head };
}

function verdictsOf(looks: ReturnType<typeof randomLooks>): readonly Verdict[] {
  let memory = emptyMemory();
  return looks.map((look) => {
    const verdict = classify(look, memory, judging);
    memory = verdict.memory;
    return verdict;
  });
}

/** Everything, but for the markers themselves. */
function shown(verdicts: readonly Verdict[]): string {
  const text = JSON.stringify(verdicts, (_key, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  );
  return text.replaceAll(MARKER, "");
}

import type { PoolHolder } from "../../src/classify/pools/pool.ts";
import type { Backend, SessionGroup } from "../../src/observe/snapshot.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import { aBackend } from "./a-backend.ts";
import { aRecordedLook } from "./a-recorded-look.ts";
import { aSnapshot, lookOf } from "./a-snapshot.ts";
import { aGroup } from "./a-view.ts";
import { randomFrom, type Random } from "./random-looks.ts";

/** Sessions of one holder that are idle inside a transaction again and again, for so long each time. */
export type Crowd = {
  readonly holder: PoolHolder;
  readonly sessions: number;
  readonly lengthSeconds: (random: Random) => number;
  /** Of how many periods one ends with its session. */
  readonly oneInVanishes?: number;
};

/** What really happened, whether looks could see it or not. Seconds since the first look. */
export type TruePeriod = {
  readonly holder: PoolHolder;
  readonly pid: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly end: "returned" | "vanished";
};

export type Traffic = {
  readonly periods: readonly TruePeriod[];
  readonly looks: readonly RecordedLook[];
  readonly lastSeconds: number;
};

/** Looks return idle transactions from a minute on, as the built-in thresholds ask for. */
export const returnedFromSeconds = 60;
/** How long there are looks, and how far apart they are. */
type Span = { readonly lastSeconds: number; readonly stepSeconds: number };

const FIRST_LOOK = 1_800_000_000;

/** The same for the same seed. Sessions rest between their transactions, and who vanishes connects anew. */
export function aTraffic(crowds: readonly Crowd[], { seed = 1, hours = 30, stepSeconds = 10 } = {}): Traffic {
  const random = randomFrom(seed);
  const lastSeconds = hours * 3600;
  const periods = crowds.flatMap((crowd, index) =>
    Array.from({ length: crowd.sessions }, (_none, session) =>
      periodsOf(crowd, random, {
        pid: 100_000 * (index + 1) + 1000 * session,
        lastSeconds,
        stepSeconds,
      }),
    ).flat(),
  );
  return { periods, looks: looksAt(periods, { lastSeconds, stepSeconds }), lastSeconds };
}

function periodsOf(
  { holder, lengthSeconds, oneInVanishes = Infinity }: Crowd,
  random: Random,
  first: Span & { readonly pid: number },
): readonly TruePeriod[] {
  const periods: TruePeriod[] = [];
  let { pid } = first;
  for (let startSeconds = restSeconds(random, first); startSeconds < first.lastSeconds;) {
    const endSeconds = startSeconds + lengthSeconds(random);
    const end = oneInVanishes < Infinity && random.below(oneInVanishes) === 0 ? "vanished" : "returned";
    periods.push({ holder, pid, startSeconds, endSeconds, end });
    if (end === "vanished") pid += 1;
    startSeconds = endSeconds + restSeconds(random, first);
  }
  return periods;
}

/** Longer than two looks are apart, so that a session is seen at rest in between. */
function restSeconds(random: Random, { stepSeconds }: Span): number {
  return 2 * stepSeconds + 1 + random.below(600_000) / 1000;
}

function looksAt(
  periods: readonly TruePeriod[],
  { lastSeconds, stepSeconds }: Span,
): readonly RecordedLook[] {
  const coming = periods.toSorted((a, b) => b.startSeconds - a.startSeconds);
  const looks: RecordedLook[] = [];
  let present: readonly TruePeriod[] = [];
  let followed: ReadonlySet<TruePeriod> = new Set();
  for (let atSeconds = 0; atSeconds <= lastSeconds; atSeconds += stepSeconds) {
    const begun: TruePeriod[] = [];
    while ((coming.at(-1)?.startSeconds ?? Infinity) <= atSeconds) begun.push(...coming.splice(-1));
    present = [...present, ...begun].filter((one) => one.endSeconds > atSeconds || followed.has(one));
    looks.push(lookAt(atSeconds, present, atSeconds === 0 ? null : stepSeconds));
    followed = new Set(present.filter((one) => isReturned(one, atSeconds)));
  }
  return looks;
}

/** Whether a look returns it for its age, and an episode of it begins or goes on. */
function isReturned({ startSeconds, endSeconds }: TruePeriod, atSeconds: number): boolean {
  return endSeconds > atSeconds && atSeconds - startSeconds >= returnedFromSeconds;
}

/** `present` are those who are idle, and those whose row must be returned if their session is still there. */
function lookAt(
  atSeconds: number,
  present: readonly TruePeriod[],
  sinceLastLookSeconds: number | null,
): RecordedLook {
  const idle = present.filter(({ endSeconds }) => endSeconds > atSeconds);
  const over = present.filter(({ end, endSeconds }) => endSeconds <= atSeconds && end === "returned");
  const candidates = [...idle.filter((one) => isReturned(one, atSeconds)), ...over];
  const snapshot = aSnapshot({
    takenAtSeconds: FIRST_LOOK + atSeconds,
    groups: groupsOf(idle, atSeconds),
    candidates: candidates.map((one) => rowOf(one, atSeconds)),
  });
  const { asked } = aRecordedLook();
  const ages = { ...asked.ages, idleInTransactionSeconds: returnedFromSeconds };
  return aRecordedLook(lookOf(snapshot), { sinceLastLookSeconds, asked: { ...asked, ages } });
}

/** As the server shows the session: still idle, or at rest after the one statement by which it went on. */
function rowOf({ holder, pid, startSeconds, endSeconds }: TruePeriod, atSeconds: number): Backend {
  const id = { pid, backendStart: "2026-01-01 00:00:00.000001+00" };
  const seconds = atSeconds - (endSeconds > atSeconds ? startSeconds : endSeconds);
  const since = { stateSeconds: seconds, querySeconds: seconds };
  if (endSeconds <= atSeconds)
    return aBackend({ ...holder, id, ...since, stateChange: `rest ${endSeconds}` });
  return aBackend({
    ...holder,
    id,
    ...since,
    state: "idle in transaction",
    stateChange: `idle ${startSeconds}`,
  });
}

function groupsOf(idle: readonly TruePeriod[], atSeconds: number): readonly SessionGroup[] {
  const holders = new Set(idle.map(({ holder }) => holder));
  return [...holders].map((holder) => {
    const own = idle.filter((one) => one.holder === holder);
    const oldest = own.reduce((most, { startSeconds }) => Math.max(most, atSeconds - startSeconds), 0);
    const state = "idle in transaction";
    return aGroup({ ...holder, state, sessions: own.length, oldestStateSeconds: oldest });
  });
}

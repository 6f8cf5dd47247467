import { backendKey } from "../classify/backend-key.ts";
import type { Episode } from "../classify/episode.ts";
import { holderOf, type Holder } from "../classify/holder.ts";
import type { Sighting } from "../classify/sighting.ts";
import { instantMicros } from "../observe/instant.ts";
import { leakWays, type Leak, type LeakWay } from "./leak.ts";
import { isSamePeriod, openSessions, type OpenSessions, type SessionSuspect } from "./open-sessions.ts";
import type { Seen } from "./seen.ts";
import type { UnseenSessions } from "./unseen-sessions.ts";

/** From which age on what is a leak, and whose sessions are judged. */
export type LeakRules = {
  /** Idle in a transaction while the command runs. */
  readonly heldSeconds: number;
  /** Idle in no transaction while the command runs; `Infinity` for never. */
  readonly untouchedSeconds: number;
  /** Whether it is judged, by what is known of its holder; and whether it might be, if everything were known. */
  readonly isOurs: (holder: Holder) => boolean;
  readonly mayBeOurs: (holder: Holder) => boolean;
  /** What to tell where sessions came and none of them is judged; `null` where all are. */
  readonly whyNobody: string | null;
};

/** What is known of a run of the command after some looks. A value: it goes into the judging of a look and comes out anew. */
export type RunSoFar = {
  /** When the look before the command was taken, by the server's clock: what began later began with it. */
  readonly sinceSeconds: number;
  readonly takenAtSeconds: number;
  /** The sessions of the last look that are judged. */
  readonly open: OpenSessions;
  /** Who went lately, out of a transaction. */
  readonly gone: ReadonlyMap<string, Gone>;
  /** The others of the last look that began with the command: keys of backends. */
  readonly strangers: ReadonlySet<string>;
  /** The prepared transactions of the last look that began with the command: those that are judged, and how many others may be ours. */
  readonly prepared: readonly Episode[];
  readonly preparedInDoubt: number;
  /** How many sessions began with the command, as far as looks saw them: those that are judged, and the others. */
  readonly sessionsSeen: number;
  readonly strangersSeen: number;
  /** How many of those that are judged went out of a transaction in which they had rested, and are no leaks: nobody can say whether they finished it. */
  readonly wentInTransaction: number;
  /** By what they are. Bounded: then `hasMoreLeaks`. */
  readonly leaks: ReadonlyMap<string, Leak>;
  readonly hasMoreLeaks: boolean;
  /** The most sessions at one look since the command began that may be its own, and of which nobody can say so, or what they do. */
  readonly mostUnseen: Readonly<Record<UnseenSessions["why"], number>>;
  /** Sessions that the last look left out. */
  readonly sessionsCut: number;
};

/** Nobody reads more. */
const MOST_LEAKS = 1000;

/**
 * Who was idle in a transaction and is gone may have finished it unseen. Only who did nothing for this long, and for a multiple
 * of what was unseen, is thought to have gone with the command. Programs close what is forgotten somewhat before they end.
 */
const UNFINISHED_SECONDS = 2;
const UNSEEN_TIMES = 3;
const LATELY_SECONDS = 1;

/** Requests are in a transaction for less than this when a look happens upon them: nobody need doubt those. */
const DOUBT_SECONDS = 0.5;

/** A session that was idle in a transaction when a look saw it last. */
type Gone = { readonly suspect: SessionSuspect; readonly seenAtSeconds: number };

/** Before the command: by the one look at what is there already. */
export function runFrom({ takenAtSeconds, sessionsCut }: Seen): RunSoFar {
  return {
    sinceSeconds: takenAtSeconds,
    takenAtSeconds,
    open: new Map(),
    gone: new Map(),
    strangers: new Set(),
    prepared: [],
    preparedInDoubt: 0,
    sessionsSeen: 0,
    strangersSeen: 0,
    wentInTransaction: 0,
    leaks: new Map(),
    hasMoreLeaks: false,
    mostUnseen: { hidden: 0, untracked: 0 },
    sessionsCut,
  };
}

/** The run after one more look, be it that the command runs or not: who is held or untouched for too long is a leak. */
export function afterLook(run: RunSoFar, seen: Seen, rules: LeakRules): RunSoFar {
  const begun = seen.sightings.filter(({ backend }) => beganWith(run, backend.id.backendStart));
  const ours = begun.filter(({ backend }) => rules.isOurs(backend));
  const strangers = new Set(
    begun.filter(({ backend }) => !rules.isOurs(backend)).map(({ backend }) => backendKey(backend.id)),
  );
  const open = openSessions({ ...seen, sightings: ours }, run.open);
  const prepared = seen.prepared.filter(
    (suspect) => "prepared" in suspect && beganWith(run, suspect.prepared.preparedAt),
  );
  const went = wentSince(run, begun);
  const next = {
    ...run,
    takenAtSeconds: seen.takenAtSeconds,
    open,
    gone: goneLately(run, went, seen.takenAtSeconds),
    strangers,
    prepared: prepared.filter((suspect) => rules.isOurs(holderOf(suspect))),
    preparedInDoubt: prepared.filter(
      (suspect) => !rules.isOurs(holderOf(suspect)) && rules.mayBeOurs(holderOf(suspect)),
    ).length,
    sessionsSeen: run.sessionsSeen + newIn(open, run.open),
    strangersSeen: run.strangersSeen + newIn(strangers, run.strangers),
    wentInTransaction: run.wentInTransaction + newIn(inDoubt(went, rules), run.leaks),
    mostUnseen: {
      hidden: Math.max(run.mostUnseen.hidden, unseenIn(seen, "hidden", rules)),
      untracked: Math.max(run.mostUnseen.untracked, unseenIn(seen, "untracked", rules)),
    },
    sessionsCut: seen.sessionsCut,
  };
  return withLeaks(
    next,
    [...open].flatMap(([key, suspect]) => tooOld(key, suspect, rules)),
  );
}

/** The run once the command has ended, by the last look before its end and the first one after it. */
export function afterEnd(before: RunSoFar, after: RunSoFar, { heldSeconds }: LeakRules): RunSoFar {
  const leastSeconds = Math.min(heldSeconds, UNFINISHED_SECONDS);
  const stayed = [...after.open].filter(([key, now]) => {
    const suspect = before.open.get(key);
    const isLong = now.ageSeconds >= leastSeconds;
    return suspect !== undefined && isLong && isIdleInTransaction(now) && isSamePeriod(now, suspect);
  });
  const went = [...after.gone].filter(([key, { suspect, seenAtSeconds }]) => {
    const unseenSeconds = after.takenAtSeconds - seenAtSeconds;
    const isLong = suspect.ageSeconds >= Math.max(leastSeconds, UNSEEN_TIMES * unseenSeconds);
    // What was seen is told, before what is thought.
    return isLong && !after.leaks.has(key);
  });
  // What is thought a leak is in doubt no more.
  const wentInTransaction = after.wentInTransaction - went.length;
  return withLeaks({ ...after, wentInTransaction }, [
    ...stayed.map(([key, suspect]) => leakOf(key, "unfinished", suspect)),
    ...went.map(([key, { suspect }]) => leakOf(key, "unfinished", suspect)),
  ]);
}

function inDoubt(went: RunSoFar["gone"], { heldSeconds }: LeakRules): RunSoFar["gone"] {
  const leastSeconds = Math.min(heldSeconds, DOUBT_SECONDS);
  return new Map([...went].filter(([, { suspect }]) => suspect.ageSeconds >= leastSeconds));
}

/** Who was idle in a transaction at the look before, and is gone. */
function wentSince(
  { open, takenAtSeconds: seenAtSeconds }: RunSoFar,
  begun: readonly Sighting[],
): RunSoFar["gone"] {
  const present = new Set(begun.map(({ backend }) => backendKey(backend.id)));
  return new Map(
    [...open]
      .filter(([key, suspect]) => isIdleInTransaction(suspect) && !present.has(key))
      .map(([key, suspect]) => [key, { suspect, seenAtSeconds }]),
  );
}

/** Bounded by the sessions that went within the time that counts. */
function goneLately({ gone }: RunSoFar, went: RunSoFar["gone"], nowSeconds: number): RunSoFar["gone"] {
  return new Map([...gone, ...went].filter(([, last]) => nowSeconds - last.seenAtSeconds <= LATELY_SECONDS));
}

/** What is there although the command has ended: leaked, if it still is once the grace is over. */
export function stillOpen({ open, prepared }: RunSoFar): readonly Episode[] {
  return [...open.values(), ...prepared];
}

/** All that leaked, by a run whose grace is over: what is there now, then what was seen before. */
export function leaksOf(run: RunSoFar): readonly Leak[] {
  const sessions = [...run.open].map(([key, suspect]) => leakOf(key, "left_open", suspect));
  const prepared = run.prepared.map((suspect): KeyedLeak => [
    `prepared/${suspect.period}`,
    { way: "left_open", suspect },
  ]);
  const { leaks } = withLeaks(run, [...sessions, ...prepared]);
  return [...leaks.values()].toSorted(
    (one, other) => rankOf(other) - rankOf(one) || other.suspect.ageSeconds - one.suspect.ageSeconds,
  );
}

type KeyedLeak = readonly [key: string, leak: Leak];

function tooOld(key: string, suspect: SessionSuspect, rules: LeakRules): readonly KeyedLeak[] {
  const { kind, ageSeconds } = suspect;
  if (isIdleInTransaction(suspect))
    return ageSeconds >= rules.heldSeconds ? [leakOf(key, "held", suspect)] : [];
  const isIdle = kind === "never_used" || kind === "idle_too_long";
  return isIdle && ageSeconds >= rules.untouchedSeconds ? [leakOf(key, "untouched", suspect)] : [];
}

function isIdleInTransaction({ kind }: SessionSuspect): boolean {
  return kind === "idle_in_transaction" || kind === "idle_in_transaction_aborted";
}

function leakOf(key: string, way: LeakWay, suspect: SessionSuspect): KeyedLeak {
  return [key, { way, suspect }];
}

/** A session leaks once, in the way that says most, at its greatest age. */
function withLeaks(run: RunSoFar, found: readonly KeyedLeak[]): RunSoFar {
  if (found.length === 0) return run;
  const leaks = new Map(run.leaks);
  let { hasMoreLeaks } = run;
  for (const [key, leak] of found) {
    const known = leaks.get(key);
    if (known === undefined && leaks.size >= MOST_LEAKS) hasMoreLeaks = true;
    else if (known === undefined || saysMore(leak, known)) leaks.set(key, leak);
  }
  return { ...run, leaks, hasMoreLeaks };
}

function saysMore(leak: Leak, known: Leak): boolean {
  const further = rankOf(leak) - rankOf(known);
  return further > 0 || (further === 0 && leak.suspect.ageSeconds >= known.suspect.ageSeconds);
}

function rankOf({ way }: Leak): number {
  return leakWays.indexOf(way);
}

/** Of one that was there before the command nobody can say so: all count. */
function unseenIn({ unseen }: Seen, why: UnseenSessions["why"], { mayBeOurs }: LeakRules): number {
  return unseen
    .filter((one) => one.why === why && mayBeOurs(one.holder))
    .reduce((sum, { sessions }) => sum + sessions, 0);
}

function beganWith({ sinceSeconds }: RunSoFar, instant: string): boolean {
  return instantMicros(instant) / 1_000_000 > sinceSeconds;
}

/** A session that a look saw and the one before did not is a new one: nobody comes back. */
function newIn(now: { keys(): Iterable<string> }, before: { has(key: string): boolean }): number {
  return [...now.keys()].filter((key) => !before.has(key)).length;
}

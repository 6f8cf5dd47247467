import { backendKey } from "../classify/backend-key.ts";
import { markerOf } from "../classify/expect-marker.ts";
import { mayDeclare } from "../classify/expectation.ts";
import type { BackendKind } from "../classify/kind.ts";
import { thresholdFor, type ThresholdRules } from "../classify/thresholds.ts";
import type { Backend, Snapshot } from "../observe/snapshot.ts";
import type { FinishedPeriod, OpenPeriod, OpenPeriods } from "./period.ts";

/** How the sessions of a look are taken. */
export type Following = {
  /** The thresholds by which the next look asks for rows. */
  readonly thresholds: ThresholdRules;
  /** This look returned the row of no idle transaction that is younger, but of those that were followed. */
  readonly returnedFromSeconds: number;
  /** False when this look cannot vouch for what happened since the last one. */
  readonly hasKeptSight: boolean;
  /** What began before this (epoch seconds, server's clock) has no known length: that clock was set. */
  readonly clearFromSeconds: number;
  readonly isProtected: (backend: Backend) => boolean;
};

/** What one look makes of the periods that were open before it. */
export type FollowedPeriods = { readonly open: OpenPeriods; readonly finished: readonly FinishedPeriod[] };

/**
 * Carries idle periods over one look. Each ends once, with bounds of its length; a look returns at most a thousand rows,
 * so no more are open. Pure.
 */
export function followPeriods(
  snapshot: Snapshot,
  before: OpenPeriods,
  following: Following,
): FollowedPeriods {
  const { sights } = snapshot.coverage;
  if (!sights.includes("open_transactions") || !sights.includes("aborted_transactions"))
    return { open: before, finished: [] };
  const rows = new Map(snapshot.candidates.map((backend) => [backendKey(backend.id), backend]));
  const finished = [...before].flatMap(([key, period]) => {
    const row = rows.get(key);
    const goesOn = row !== undefined && isIdle(row) && row.stateChange === period.stateChange;
    if (goesOn || period.startSeconds < following.clearFromSeconds) return [];
    return [finishedBy(row, period, { snapshot, following })];
  });
  const open = [...rows].flatMap(([key, backend]) => {
    const period = periodOf(backend, before.get(key), { snapshot, following });
    return period === null ? [] : [[key, period] as const];
  });
  return { open: new Map(open), finished };
}

/** Both run into `idle_in_transaction_session_timeout` (PostgreSQL, `PostgresMain`). */
function isIdle({ state }: Backend): boolean {
  return state === "idle in transaction" || state === "idle in transaction (aborted)";
}

/** `known` is what an earlier look made of the same session. */
function periodOf(
  backend: Backend,
  known: OpenPeriod | undefined,
  { snapshot: { takenAtSeconds }, following }: Around,
): OpenPeriod | null {
  const { thresholds, returnedFromSeconds, clearFromSeconds, isProtected } = following;
  const { datname, usename, applicationName, state, stateChange, stateSeconds } = backend;
  if (!isIdle(backend) || stateChange === null || stateSeconds === null) return null;
  // It is there because its session was followed, and may be left out by the next look: its like are not counted either.
  if (stateSeconds < returnedFromSeconds) return null;
  const startSeconds = takenAtSeconds - stateSeconds;
  if (startSeconds < clearFromSeconds) return null;
  const kind = state === "idle in transaction" ? "idle_in_transaction" : "idle_in_transaction_aborted";
  const { enabled, suspectAfterSeconds } = thresholdFor(thresholds, backend, kind);
  return {
    holder: { datname, usename, applicationName },
    stateChange,
    startSeconds,
    seenSeconds: stateSeconds,
    isFollowed: enabled && stateSeconds >= suspectAfterSeconds && !mayBeExpected(backend, kind, thresholds),
    isProtected: known?.stateChange === stateChange ? known.isProtected : isProtected(backend),
  };
}

/**
 * Whether it may be expected to take so long: then no episode follows it, and a row that is missing may be one that went on.
 * Whatever a marker comes to, it is taken to hold.
 */
function mayBeExpected(backend: Backend, kind: BackendKind, { expected, markers }: ThresholdRules): boolean {
  const isExpected = expected.some(({ kinds, matches }) => kinds.includes(kind) && matches(backend));
  return isExpected || (mayDeclare(backend, markers) && markerOf(backend) !== null);
}

type Around = { readonly snapshot: Snapshot; readonly following: Following };

/** `row` is what its session does now; `undefined` where the look returned none. */
function finishedBy(
  row: Backend | undefined,
  { holder, isProtected, startSeconds, seenSeconds, isFollowed }: OpenPeriod,
  { snapshot: { takenAtSeconds, coverage }, following: { hasKeptSight } }: Around,
): FinishedPeriod {
  const period = { holder, isProtected, atLeastSeconds: seenSeconds };
  const untilNow = Math.max(seenSeconds, takenAtSeconds - startSeconds);
  if (row !== undefined) {
    // The last statement that began is the first since, or a later one: it went on by then.
    const untilStatement = row.querySeconds === null ? untilNow : untilNow - row.querySeconds;
    return { ...period, end: "returned", atMostSeconds: Math.max(seenSeconds, untilStatement) };
  }
  if (isFollowed && hasKeptSight && coverage.hiddenSessions === 0)
    return { ...period, end: "vanished", atMostSeconds: untilNow };
  return { ...period, end: "lost_sight", atMostSeconds: seenSeconds };
}

import type { Backend } from "../observe/snapshot.ts";
import { trueAge, type ClockJumpAgo } from "./clock-jump.ts";
import { markerOf, type Marker } from "./expect-marker.ts";
import type { BackendKind } from "./kind.ts";
import type { ExpectedWork, MarkerAllowance } from "./thresholds.ts";

/** Who said that a session may take long: the operator, or the session itself, in its name or in its last statement. */
export const expectationSources = ["configuration", "application_name", "comment"] as const;

export type ExpectationSource = (typeof expectationSources)[number];

/** That a session may go on for so long before it counts as a leak. It never says for ever. */
export type Expectation = {
  readonly source: ExpectationSource;
  /** From this look on, by the server's clock; more than 0. */
  readonly leftSeconds: number;
  /** The operator's; `null` where none is given, and for what a session says. */
  readonly reason: string | null;
};

/**
 * What becomes of the marker of a session: it holds as it is said, or `capped`, for less; it is `over`, and was not renewed; or
 * it is none, because it is malformed, because there are two, or because nobody allowed it.
 */
export const markerResults = ["held", "capped", "over", "malformed", "repeated", "not_allowed"] as const;

export type MarkerResult = (typeof markerResults)[number];

/** `promise` is `null` unless it is held or capped. */
export type JudgedMarker = { readonly result: MarkerResult; readonly promise: Expectation | null };

/**
 * What the marker of a session is worth at this look; `null` where it has none, or nobody may have any.
 *
 * It counts from the start of the statement that carries it: the session renews it with each statement. That of an
 * application name counts from the start of the last statement, too, or, before the first, from the start of the session:
 * when it was set nobody can know. Within one transaction all of them together end `inAllSeconds` after its start. Where no
 * transaction is open, each statement begins a period anew, so that there is nothing to add up.
 */
export function judgeMarker(
  backend: Backend,
  clockJumps: readonly ClockJumpAgo[],
  allowances: readonly MarkerAllowance[],
): JudgedMarker | null {
  const marker = allowances.length === 0 ? null : markerOf(backend);
  if (marker === null) return null;
  const allowance = allowanceOf(backend, allowances);
  if (allowance === undefined) return { result: "not_allowed", promise: null };
  return "problem" in marker
    ? { result: marker.problem, promise: null }
    : promised(marker, allowance, {
        sinceSaid: ageOf(backend.querySeconds ?? backend.stateSeconds, clockJumps, Infinity),
        sinceBegun: ageOf(backend.xactSeconds, clockJumps, 0),
      });
}

/** Whether a marker of this session would be believed: it may say with its next statement that it takes long. */
export function mayDeclare(backend: Backend, allowances: readonly MarkerAllowance[]): boolean {
  return allowanceOf(backend, allowances) !== undefined;
}

/** What the operator expects of a session that has looked like this leak for so long; `null` where nothing, or no more. */
export function expectedOf(
  backend: Backend,
  { kind, ageSeconds }: { readonly kind: BackendKind; readonly ageSeconds: number },
  works: readonly ExpectedWork[],
): Expectation | null {
  const work = works.find(({ kinds, matches }) => kinds.includes(kind) && matches(backend));
  if (work === undefined || ageSeconds >= work.forSeconds) return null;
  return { source: "configuration", leftSeconds: work.forSeconds - ageSeconds, reason: work.reason };
}

/** Of two that hold the one that holds for longer. */
export function longerOf(a: Expectation | null, b: Expectation | null): Expectation | null {
  if (a === null || b === null) return a ?? b;
  return b.leftSeconds > a.leftSeconds ? b : a;
}

function allowanceOf(backend: Backend, allowances: readonly MarkerAllowance[]): MarkerAllowance | undefined {
  return allowances.find(({ matches }) => matches(backend));
}

/** A statement may begin after the look did, or the clock may have been set back: nothing counts from later than now. */
function ageOf(seconds: number | null, clockJumps: readonly ClockJumpAgo[], unknown: number): number {
  return seconds === null ? unknown : Math.max(0, trueAge(seconds, clockJumps));
}

function promised(
  { source, seconds }: Extract<Marker, { readonly seconds: number }>,
  { atMostSeconds, inAllSeconds }: MarkerAllowance,
  { sinceSaid, sinceBegun }: { readonly sinceSaid: number; readonly sinceBegun: number },
): JudgedMarker {
  const leftSeconds = Math.min(seconds, atMostSeconds, inAllSeconds - sinceBegun + sinceSaid) - sinceSaid;
  if (!(leftSeconds > 0)) return { result: "over", promise: null };
  const isWhole = leftSeconds === seconds - sinceSaid;
  return { result: isWhole ? "held" : "capped", promise: { source, leftSeconds, reason: null } };
}

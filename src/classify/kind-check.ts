import { trueAge } from "./clock-jump.ts";
import { detectors } from "./detectors/index.ts";
import type { Severity } from "./episode.ts";
import { expectedOf, judgeMarker, longerOf, type Expectation } from "./expectation.ts";
import { severityAt } from "./finding.ts";
import type { BackendKind } from "./kind.ts";
import type { Sighting } from "./sighting.ts";
import { thresholdFor, type Threshold, type ThresholdRules } from "./thresholds.ts";

/** How one detector judges one session, and by which threshold. */
export type KindCheck = {
  readonly kind: BackendKind;
  readonly threshold: Threshold;
  /** `null` outside of such a period. */
  readonly period: string | null;
  /** `null` where it does not look like this leak, or nobody can know. */
  readonly ageSeconds: number | null;
  /** `null` where it is not named. */
  readonly severity: Severity | null;
  /** What it would be named if nobody expected it. */
  readonly unexpectedSeverity: Severity | null;
  /** That it may look like this leak for longer; `null` where it does not look so, or is not expected to. */
  readonly expectation: Expectation | null;
};

/**
 * What each detector says of a session, in the order of precedence. Who is expected to take long is not named for it, as long
 * as nobody waits: whoever holds up others is told of, whatever was promised.
 */
export function checkKinds(sighting: Sighting, rules: ThresholdRules): readonly KindCheck[] {
  const { backend, blockedSessions, clockJumps } = sighting;
  const promise = judgeMarker(backend, clockJumps, rules.markers)?.promise ?? null;
  return detectors.map((detector) => {
    const { kind } = detector;
    const threshold = hastened(thresholdFor(rules, backend, kind), kind, blockedSessions);
    const period = detector.period(sighting);
    const shownSeconds = detector.ageSeconds(sighting, threshold);
    const ageSeconds = shownSeconds === null ? null : trueAge(shownSeconds, clockJumps);
    const unexpectedSeverity = period === null ? null : severityAt(ageSeconds, threshold);
    const expectation =
      period === null || ageSeconds === null
        ? null
        : longerOf(expectedOf(backend, { kind, ageSeconds }, rules.expected), promise);
    const severity = expectation === null || blockedSessions > 0 ? unexpectedSeverity : null;
    return { kind, threshold, period, ageSeconds, severity, unexpectedSeverity, expectation };
  });
}

/** Whoever lets others wait is not waited for: an idle transaction that blocks is leaked after this long. */
const BLOCKING_LEAKED_AFTER_SECONDS = 120;

const blockedByIdling: ReadonlySet<BackendKind> = new Set([
  "idle_in_transaction",
  "idle_in_transaction_aborted",
]);

function hastened(threshold: Threshold, kind: BackendKind, blockedSessions: number): Threshold {
  if (blockedSessions === 0 || !blockedByIdling.has(kind)) return threshold;
  const soonestSeconds = Math.max(threshold.suspectAfterSeconds, BLOCKING_LEAKED_AFTER_SECONDS);
  return { ...threshold, leakedAfterSeconds: Math.min(threshold.leakedAfterSeconds, soonestSeconds) };
}

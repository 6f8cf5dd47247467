import type { Backend } from "../observe/snapshot.ts";
import { unattributed, type Attributions } from "./attribution/remember.ts";
import { backendKey } from "./backend-key.ts";
import { detectors } from "./detectors/index.ts";
import { severityAt, type Finding } from "./finding.ts";
import { harmOf } from "./harm.ts";
import type { BackendKind } from "./kind.ts";
import type { Sighting } from "./sighting.ts";
import { thresholdFor, type Threshold, type ThresholdRules } from "./thresholds.ts";

/** Whoever lets others wait is not waited for: an idle transaction that blocks is leaked after this long. */
const BLOCKING_LEAKED_AFTER_SECONDS = 120;

/** In these the last statement may have failed. What failed may not even be SQL, and then nobody can tell its literals. */
const statesAfterFailure: ReadonlySet<Backend["state"]> = new Set(["idle", "idle in transaction (aborted)"]);

const blockedByIdling: ReadonlySet<BackendKind> = new Set([
  "idle_in_transaction",
  "idle_in_transaction_aborted",
]);

/** Every kind that fits each backend, in the order of precedence. The first opens its episode. */
export function findBackends(
  sightings: readonly Sighting[],
  attributions: Attributions,
  rules: ThresholdRules,
): readonly Finding[] {
  return sightings.flatMap((sighting) =>
    kindsOf(sighting, attributions, rules).map((finding, index) => ({ ...finding, opens: index === 0 })),
  );
}

function kindsOf(
  sighting: Sighting,
  attributions: Attributions,
  rules: ThresholdRules,
): readonly Omit<Finding, "opens">[] {
  const { backend, blockedSessions } = sighting;
  const subjectKey = backendKey(backend.id);
  return detectors.flatMap((detector) => {
    const { kind } = detector;
    const threshold = hastened(thresholdFor(rules, backend, kind), kind, blockedSessions);
    const period = detector.period(sighting);
    const ageSeconds = detector.ageSeconds(sighting, threshold);
    const severity = severityAt(ageSeconds, threshold);
    if (period === null || ageSeconds === null || severity === null) return [];
    const { commentKeys, ...statement } = attributions.get(subjectKey) ?? unattributed;
    const redactedStatement = statesAfterFailure.has(backend.state) ? null : statement.redactedStatement;
    const harm = harmOf(backend, blockedSessions);
    const findings = { severity, ageSeconds, harm, commentKeys, redactedStatement };
    return [{ subject: { kind, backend }, subjectKey, period, findings }];
  });
}

function hastened(threshold: Threshold, kind: BackendKind, blockedSessions: number): Threshold {
  if (blockedSessions === 0 || !blockedByIdling.has(kind)) return threshold;
  const soonestSeconds = Math.max(threshold.suspectAfterSeconds, BLOCKING_LEAKED_AFTER_SECONDS);
  return { ...threshold, leakedAfterSeconds: Math.min(threshold.leakedAfterSeconds, soonestSeconds) };
}

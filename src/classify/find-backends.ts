import type { Backend } from "../observe/snapshot.ts";
import { hasCurrentKeys, unattributed, type Attributions } from "./attribution/remember.ts";
import { backendKey } from "./backend-key.ts";
import type { Findings } from "./episode.ts";
import { mayDeclare } from "./expectation.ts";
import type { Finding } from "./finding.ts";
import { harmOf } from "./harm.ts";
import { checkKinds } from "./kind-check.ts";
import type { Sighting } from "./sighting.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** In these the last statement may have failed. What failed may not even be SQL, and then nobody can tell its literals. */
const statesAfterFailure: ReadonlySet<Backend["state"]> = new Set(["idle", "idle in transaction (aborted)"]);

/**
 * Every kind that fits each backend, in the order of precedence. The first that nobody expects opens its episode, and only
 * where all are expected the first: what is expected must not hide what is not.
 */
export function findBackends(
  sightings: readonly Sighting[],
  attributions: Attributions,
  rules: ThresholdRules,
): readonly Finding[] {
  return sightings.flatMap((sighting) => kindsOf(sighting, attributions, rules));
}

function kindsOf(sighting: Sighting, attributions: Attributions, rules: ThresholdRules): readonly Finding[] {
  const { backend, blockedSessions } = sighting;
  const found: Omit<Finding, "opens">[] = [];
  for (const { kind, period, ageSeconds, severity, expectation } of checkKinds(sighting, rules)) {
    if (period === null || ageSeconds === null || severity === null) continue;
    const harm = harmOf(backend, blockedSessions);
    const { commentKeys, hasCurrentKeys: isCurrent, redactedStatement } = saidBy(backend, attributions);
    const findings = {
      severity,
      ageSeconds,
      harm,
      commentKeys,
      hasCurrentKeys: isCurrent,
      redactedStatement,
      expectation,
      mayDeclare: mayDeclare(backend, rules.markers),
    };
    found.push({
      subject: { kind, backend },
      subjectKey: backendKey(backend.id),
      period,
      findings,
    });
  }
  const opening = found.find(({ findings }) => findings.expectation === null) ?? found[0];
  return found.map((finding) => ({ ...finding, opens: finding === opening }));
}

/** What a session says of itself: in comments, and by its last statement, as far as that may be shown. */
export function saidBy(
  backend: Backend,
  attributions: Attributions,
): Pick<Findings, "commentKeys" | "hasCurrentKeys" | "redactedStatement"> {
  const attribution = attributions.get(backendKey(backend.id)) ?? unattributed;
  return {
    commentKeys: attribution.commentKeys,
    hasCurrentKeys: hasCurrentKeys(backend, attribution),
    redactedStatement: statesAfterFailure.has(backend.state) ? null : attribution.redactedStatement,
  };
}

import type { Findings, Severity, Subject } from "./episode.ts";
import type { Threshold } from "./thresholds.ts";

/** A detector names a subject: in which period, for how long, how badly. */
export type Finding = {
  readonly subject: Subject;
  readonly subjectKey: string;
  readonly period: string;
  readonly findings: Findings;
  /** Only one finding on a backend opens an episode, or one leak would count as two. */
  readonly opens: boolean;
};

/** How badly, at this age; `null` when it is too young, or of no interest. */
export function severityAt(ageSeconds: number | null, threshold: Threshold): Severity | null {
  const isNamed = threshold.enabled && ageSeconds !== null && ageSeconds >= threshold.suspectAfterSeconds;
  if (!isNamed) return null;
  return ageSeconds >= threshold.leakedAfterSeconds ? "leaked" : "suspect";
}

/** The key of an episode: one subject, one kind, one very period. */
export function episodeKey(finding: Finding): string {
  return `${finding.subject.kind}/${finding.subjectKey}/${finding.period}`;
}

import type { Outcome } from "../score/outcome.ts";
import { ruleTable } from "./rule-table.ts";
import { reasonTable, scenarioTable, scoreTable, sessionLine } from "./tables.ts";

/** What there is to tell of a run. */
export type VerdictRun = {
  /** A phrase each. */
  readonly machine: readonly string[];
  readonly outcomes: readonly Outcome[];
  /** Scenarios that were not played, and why. */
  readonly notRun: readonly string[];
  /** Only some scenarios were played. */
  readonly isQuick: boolean;
};

/** Everything as Markdown: the figures, then every scenario. */
export function verdictReport({ machine, outcomes, notRun, isQuick }: VerdictRun): string {
  const separable = outcomes.filter((outcome) => outcome.isSeparable);
  const ambiguous = outcomes.filter((outcome) => !outcome.isSeparable);
  const leaks = separable.filter(({ label }) => label.leak !== null);
  const honest = separable.filter(({ label }) => label.leak === null);
  const without = isQuick ? "Not part of `--quick`." : "Nothing of that was played.";
  const allRun = isQuick ? "Everything that is part of `--quick` was run." : "Everything was run.";
  const majors = [...new Set(outcomes.map(({ major }) => major))];
  const scored = majors.flatMap((major) => [
    `### PostgreSQL ${major}`,
    scoreTable(separable.filter((outcome) => outcome.major === major)),
    sessionLine(separable.filter((outcome) => outcome.major === major)),
  ]);
  return [
    machine.join("; "),
    "## Figures, over what the view can tell",
    ...scored,
    "## What the view cannot tell",
    ...(ambiguous.length === 0
      ? [without]
      : [scoreTable(ambiguous), reasonTable(ambiguous), scenarioTable(ambiguous)]),
    "## Everything together",
    scoreTable(outcomes),
    "## The rules of others",
    ruleTable(),
    "## Leaks",
    leaks.length === 0 ? without : scenarioTable(leaks),
    "## Honest work",
    honest.length === 0 ? without : scenarioTable(honest),
    "## Not run",
    notRun.length === 0 ? allRun : notRun.map((line) => `- ${line}`).join("\n"),
  ].join("\n\n");
}

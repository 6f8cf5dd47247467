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
};

/** Everything as Markdown: the figures, then every scenario. */
export function verdictReport({ machine, outcomes, notRun }: VerdictRun): string {
  const separable = outcomes.filter((outcome) => outcome.isSeparable);
  const ambiguous = outcomes.filter((outcome) => !outcome.isSeparable);
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
    scoreTable(ambiguous),
    reasonTable(ambiguous),
    scenarioTable(ambiguous),
    "## Everything together",
    scoreTable(outcomes),
    "## The rules of others",
    ruleTable(),
    "## Leaks",
    scenarioTable(separable.filter(({ label }) => label.leak !== null)),
    "## Honest work",
    scenarioTable(separable.filter(({ label }) => label.leak === null)),
    "## Not run",
    notRun.length === 0 ? "Everything was run." : notRun.map((line) => `- ${line}`).join("\n"),
  ].join("\n\n");
}

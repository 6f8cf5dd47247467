import { markdownTable } from "../../report/markdown.ts";
import type { Label } from "../labels/label.ts";
import { judges, type Outcome, type Said } from "../score/outcome.ts";
import { isWrong, scoreOf, sessionSum } from "../score/score.ts";
import { minutesText, shareText } from "./minutes-text.ts";

/** How right everybody was, over these scenarios: a row for each judge. */
export function scoreTable(outcomes: readonly Outcome[]): string {
  const rows = judges.map((judge) => {
    const { leaks, found, honest, falseAlarms, precision, recall, medianSeconds } = scoreOf(outcomes, judge);
    return [
      judge,
      `${found} of ${leaks}`,
      `${falseAlarms} of ${honest}`,
      shareText(precision),
      shareText(recall),
      medianSeconds === null ? "–" : minutesText(medianSeconds),
    ];
  });
  const head = ["judge", "leaks found", "false alarms", "precision", "recall", "time to verdict (median)"];
  return markdownTable(head, rows);
}

/** How right pgleash was about single sessions. */
export function sessionLine(outcomes: readonly Outcome[]): string {
  const { leaked, named, wronged } = sessionSum(outcomes);
  return `By session: of ${leaked} that their programs say they leaked, pgleash called ${named} leaked; of all others, ${wronged}.`;
}

/** What everybody said of every scenario: a row for each, all majors together. */
export function scenarioTable(outcomes: readonly Outcome[]): string {
  const labels = [...new Set(outcomes.map(({ label }) => label))];
  const rows = labels.map((label) => {
    const own = outcomes.filter((outcome) => outcome.label === label);
    return [label.scenario, truthText(label), ...judges.map((judge) => cellOf(own, judge))];
  });
  return markdownTable(["scenario", "truth", ...judges], rows);
}

/** What nobody can tell from the view, with the reason. */
export function reasonTable(outcomes: readonly Outcome[]): string {
  const labels = [...new Set(outcomes.map(({ label }) => label))];
  const rows = labels.map((label) => {
    const own = outcomes.filter((outcome) => outcome.label === label);
    const on = own.map(({ major }) => major).join(", ");
    const errors = own.filter((outcome) => isWrong(outcome, judges[0] ?? ""));
    return [
      label.scenario,
      label.why,
      truthText(label),
      label.ambiguous ?? "",
      on,
      errors.length === 0 ? "right" : `wrong on ${errors.map(({ major }) => major).join(", ")}`,
    ];
  });
  return markdownTable(
    ["scenario", "what it does", "truth", "why the view cannot tell", "on", "pgleash was"],
    rows,
  );
}

function truthText({ leak }: Label): string {
  return leak === null ? "honest" : `${leak.kind}, ${leak.harm}`;
}

/** One text where all majors agree, else one for each. Times differ a little: the median is shown. */
function cellOf(outcomes: readonly Outcome[], judge: string): string {
  const cells = outcomes.map((outcome) => ({ major: outcome.major, ...told(outcome, judge) }));
  const isSame = new Set(cells.map(({ word }) => word)).size === 1;
  if (!isSame)
    return cells.map(({ major, word, seconds }) => `${major}: ${textOf(word, seconds)}`).join("; ");
  const times = cells.flatMap(({ seconds }) => seconds ?? []).toSorted((a, b) => a - b);
  return textOf(cells[0]?.word ?? "", times[Math.floor((times.length - 1) / 2)] ?? null);
}

function textOf(word: string, seconds: number | null): string {
  return seconds === null ? word : `${word}${minutesText(seconds)}`;
}

/** Of a leak the time, or `missed`; of honest work nothing, or a false alarm. */
function told(outcome: Outcome, judge: string): { readonly word: string; readonly seconds: number | null } {
  const said: Said | undefined = outcome.said.get(judge);
  const isLeak = outcome.label.leak !== null;
  if (said?.leaks !== true) {
    const called = said?.as == null ? "" : ` (called ${said.as})`;
    return { word: isLeak ? `missed${called}` : "", seconds: null };
  }
  const as = said.as === null ? "" : ` as ${said.as}`;
  return { word: isLeak ? "" : `**false alarm**${as}, `, seconds: said.afterSeconds };
}

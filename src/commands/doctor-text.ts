import { printable } from "../printable.ts";
import type { Check } from "./checks.ts";
import { painted } from "./colour.ts";
import { wrapBehind } from "./wrap.ts";

/** A server and what was found out about it. */
export type Diagnosis = { readonly server: string; readonly checks: readonly Check[] };

export type TextOptions = { readonly width: number; readonly isColoured: boolean };

/** Every server with its checks, then one sentence for all of them; in lines of at most `width` columns where that is possible. */
export function doctorText(diagnoses: readonly Diagnosis[], options: TextOptions): readonly string[] {
  return [
    ...diagnoses.flatMap(({ server, checks }) => [
      printable(server),
      ...checks.flatMap((check) => checkLines(check, options)),
      "",
    ]),
    lastLine(diagnoses),
  ];
}

/** Whether nothing keeps pgleash from its work there. */
export function isFine({ checks }: Diagnosis): boolean {
  return checks.every(({ status }) => status !== "failed");
}

function checkLines(
  { check, status, text, run }: Check,
  { width, isColoured }: TextOptions,
): readonly string[] {
  const head = `  ${status.padEnd(9)}${check.padEnd(12)}`;
  const [first = "", ...rest] = wrapBehind(head, printable(text), width);
  return [
    first.replace(status, painted(status, status, isColoured)),
    ...rest,
    // Not wrapped: they are there to be copied.
    ...run.map((line) => `${" ".repeat(head.length)}run: ${printable(line)}`),
  ];
}

function lastLine(diagnoses: readonly Diagnosis[]): string {
  const failed = diagnoses.filter((diagnosis) => !isFine(diagnosis)).length;
  const warnings = diagnoses.flatMap(({ checks }) =>
    checks.filter(({ status }) => status === "warning"),
  ).length;
  const servers = `${diagnoses.length} server${diagnoses.length === 1 ? "" : "s"}`;
  const but = warnings === 0 ? "" : `, ${warnings} warning${warnings === 1 ? "" : "s"}`;
  return failed === 0 ? `${servers}: fine${but}` : `something is wrong at ${failed} of ${servers}${but}`;
}

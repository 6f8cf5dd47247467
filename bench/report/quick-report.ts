import type { QuickMeasures } from "../phases/quick.ts";
import { limits } from "./limits.ts";
import { markdownTable } from "./markdown.ts";
import { shown } from "./numbers.ts";

/** The counts of a quick run, beside their limits. */
export function quickReportOf(all: readonly QuickMeasures[]): string {
  const [first] = all;
  const title = `count (over ${first?.steady.looks ?? 0} looks)`;
  return markdownTable(
    [title, "at least", "at most", ...all.map(({ sessions }) => `${sessions} sessions`)],
    limits.map(({ name, atLeast, atMost, value }) => [
      name,
      all.map(atLeast).filter(isDifferent).map(shownLimit).join(", "),
      shownLimit(atMost),
      ...all.map((measures) => shown(value(measures))),
    ]),
  );
}

function isDifferent(value: number, index: number, values: readonly number[]): boolean {
  return values.indexOf(value) === index;
}

function shownLimit(value: number): string {
  return Number.isFinite(value) ? String(value) : "–";
}

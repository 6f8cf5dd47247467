import type { QuickMeasures } from "../phases/quick.ts";
import { limits } from "./limits.ts";
import { markdownTable } from "./markdown.ts";
import { shown } from "./numbers.ts";

/** The counts of a quick run, beside their limits. */
export function quickReportOf(all: readonly QuickMeasures[]): string {
  const [first] = all;
  const title = `count (over ${first?.steady.looks ?? 0} looks)`;
  return markdownTable(
    [title, "at most", ...all.map(({ sessions }) => `${sessions} sessions`)],
    limits.map(({ name, atMost, value }) => [
      name,
      String(atMost),
      ...all.map((measures) => shown(value(measures))),
    ]),
  );
}

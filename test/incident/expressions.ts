import { parse } from "yaml";
import { z } from "zod";

import { expressionsOf, shippedDashboards, withValues } from "../support/dashboards.ts";
import { leftSides } from "./left-sides.ts";
import type { Prometheus } from "./prometheus.ts";

const rule = z.union([
  z.object({ alert: z.string(), expr: z.string() }),
  z.object({ record: z.string(), expr: z.string() }),
]);
const ruleFile = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) });

/** An expression that somebody sends to Prometheus, and where it stands. */
export type Asked = { readonly place: string; readonly expression: string };

/** No server of an incident comes from a servers file, and none is looked at quickly: without that, these are absent. */
const ABSENT = ["pgleash_servers_file_", "pgleash_quick_look"];

/**
 * All that the dashboards ask, for all servers and over ranges such as `1m`, and what the rules are about: but of what an
 * incident has none.
 */
export async function allExpressions(
  rulesText: string,
  ranges: { readonly rateInterval: string; readonly range: string },
): Promise<readonly Asked[]> {
  const { groups } = ruleFile.parse(parse(rulesText));
  const boards = await shippedDashboards();
  const all = [
    ...boards
      .flatMap(expressionsOf)
      .map(({ place, expr }) => ({ place, expression: withValues(expr, ranges) })),
    ...groups
      .flatMap(({ rules }) => rules)
      .flatMap((one) =>
        "alert" in one
          ? leftSides(one.expr).map((expression) => ({ place: one.alert, expression }))
          : [{ place: one.record, expression: one.expr }],
      ),
  ];
  return all.filter(({ expression }) => !ABSENT.some((name) => expression.includes(name)));
}

/** Those that had no series at any time between two (epoch seconds), or that Prometheus refused, with what it said. */
export async function withoutSeries(
  asked: readonly Asked[],
  prometheus: Prometheus,
  from: number,
  to: number,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { place, expression } of asked) {
    const series = await prometheus.seriesIn(expression, from, to).catch((error: unknown) => String(error));
    if (series === 0) missing.push(`${place}: no series: ${expression}`);
    else if (typeof series === "string") missing.push(`${place}: ${series}`);
  }
  return missing;
}

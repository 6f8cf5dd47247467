import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import type { ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";

import { datasource } from "../datasource.ts";
import { thresholds, type About, type Placeable } from "./panel.ts";
import { atEnd, type Query } from "./target.ts";

type Numbers = Pick<About, "title" | "description" | "unit" | "span"> & {
  readonly values: readonly Query[];
  readonly colors: readonly (readonly [from: number, color: string])[];
  /** The colour below the first of these; green without it. */
  readonly below?: string;
  /** Words in place of some values. */
  readonly words?: ValueMapping;
  /** Shown where there is no value; then that is an answer, too. */
  readonly otherwise?: string;
};

/** One number, or a few, as they are now. */
export function number({
  title,
  description,
  unit,
  span,
  values,
  colors,
  below,
  words,
  otherwise,
}: Numbers): Placeable {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .span(span)
    .height(5)
    .datasource(datasource)
    .targets(values.map(atEnd))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(values.length === 1 ? BigValueTextMode.Value : BigValueTextMode.ValueAndName)
    .reduceOptions(new ReduceDataOptionsBuilder().values(false).calcs(["lastNotNull"]).fields(""))
    .thresholds(thresholds(colors, below));
  if (words !== undefined) panel.mappings([words]);
  if (otherwise !== undefined) panel.noValue(otherwise);
  return panel;
}

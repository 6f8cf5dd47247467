import {
  LegendDisplayMode,
  LegendPlacement,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { FieldColorBuilder, FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";

import { datasource } from "../datasource.ts";
import { thresholds, type About, type Placeable } from "./panel.ts";
import { overTime, type Query } from "./target.ts";

type Timeline = Pick<About, "title" | "description" | "unit" | "span" | "height"> & {
  readonly states: readonly Query[];
  readonly colors: readonly (readonly [from: number, color: string])[];
};

/** Since when something has been so, and how often: a bar for each series, whose colour is its state. */
export function timeline({ title, description, unit, span, height, states, colors }: Timeline): Placeable {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .span(span)
    .height(height)
    .datasource(datasource)
    .targets(states.map(overTime))
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(thresholds(colors))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
}

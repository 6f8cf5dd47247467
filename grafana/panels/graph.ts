import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

import { datasource } from "../datasource.ts";
import type { About, Placeable } from "./panel.ts";
import { overTime, refId, type Query } from "./target.ts";

type Series = Query & {
  /** Drawn dashed and thin: a bound, a limit. */
  readonly isBound?: boolean;
};

type Graph = Partial<About> &
  Pick<About, "title" | "description" | "unit"> & {
    readonly series: readonly Series[];
    /** `stacked` where the series add up to something, `bars` where each point is a number of events. */
    readonly as?: "lines" | "stacked" | "bars";
  };

const boundStyle = [
  { id: "custom.lineStyle", value: { fill: "dash", dash: [6, 6] } },
  { id: "custom.lineWidth", value: 1 },
  { id: "custom.fillOpacity", value: 0 },
];

/** Values over time. */
export function graph({
  title,
  description,
  unit,
  series,
  as = "lines",
  span = 12,
  height = 8,
}: Graph): Placeable {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .span(span)
    .height(height)
    .datasource(datasource)
    .targets(series.map(overTime))
    .fillOpacity(as === "lines" ? 5 : 60)
    .drawStyle(as === "bars" ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .stacking(
      new StackingConfigBuilder().mode(as === "lines" ? StackingMode.None : StackingMode.Normal).group("A"),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  for (const [index, { isBound = false }] of series.entries())
    if (isBound) panel.overrideByQuery(refId(index), boundStyle);
  // Windows of counting overlap by one scrape, whatever the step is: with longer steps less is counted twice.
  if (as === "bars") panel.interval("2m").decimals(0);
  return panel;
}

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type Dashboard,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";

import { annotations } from "./annotations.ts";
import { links, tag } from "./links.ts";
import type { Placeable } from "./panels/panel.ts";
import { commonVariables } from "./variables.ts";

/** Panels that answer one question. */
export type Row = { readonly title: string; readonly panels: readonly Placeable[] };

type Contents = {
  /** Never changes: links and provisioning go by it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** How far back it shows, for example `now-3h`. */
  readonly from: string;
  readonly variables?: readonly Builder<VariableModel>[];
  readonly rows: readonly Row[];
};

/** A dashboard with what all of them have in common. */
export function dashboard({ uid, title, description, from, variables = [], rows }: Contents): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag, "postgresql"])
    .time({ from, to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    // What is edited in Grafana would be lost at the next start: it is made from grafana/*.ts.
    .readonly()
    .variables([...commonVariables, ...variables])
    .annotations(annotations.map((annotation) => ({ build: () => annotation })))
    .links(links.map((link) => ({ build: () => link })));
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panel);
  }
  const built = builder.build();
  // Links to a single panel, and Grafana's own bookkeeping, go by these.
  return { ...built, panels: (built.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 })) };
}

import type { AnnotationQuery } from "@grafana/grafana-foundation-sdk/dashboard";

import { datasource } from "./datasource.ts";
import { growth } from "./query.ts";

/** What is marked on every graph. */
export const annotations: readonly AnnotationQuery[] = [
  {
    name: "Terminations",
    datasource,
    enable: true,
    hide: false,
    iconColor: "purple",
    expr: `${growth(["server", "action", "outcome"], "pgleash_actions_total", 'outcome=~"terminated|cancelled"')} > 0`,
    step: "1m",
    titleFormat: "pgleash: {{outcome}}",
    textFormat: "{{server}}",
    tagKeys: "action",
  },
  {
    name: "Alerts",
    datasource,
    enable: true,
    hide: false,
    iconColor: "red",
    // Some are not of one server, and rules may run where jobs and instances have other names: only the server is asked for.
    expr: 'ALERTS{alertname=~"Pgleash.*|DatabaseConnectionLeak",alertstate="firing",server=~"$server|"}',
    step: "1m",
    titleFormat: "{{alertname}}",
    textFormat: "{{server}}",
    tagKeys: "severity",
  },
];

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

import { leash } from "./leash.ts";
import { overview } from "./overview.ts";
import { sessions } from "./sessions.ts";

/** What the files in `grafana/dashboards` say, by name. */
export function dashboardFiles(): Readonly<Record<string, string>> {
  return {
    "overview.json": asJson(overview()),
    "sessions.json": asJson(sessions()),
    "leash.json": asJson(leash()),
  };
}

function asJson(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

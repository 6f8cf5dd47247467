import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

import { dashboard } from "./dashboard.ts";
import { limitsAndEndings } from "./rows/limits-and-endings.ts";
import { whoHoldsSessions } from "./rows/who-holds-sessions.ts";
import { whoLeaks } from "./rows/who-leaks.ts";
import { holderVariables } from "./variables.ts";

/** Who leaks, and who holds sessions at all: by application, role and database. */
export function sessions(): Dashboard {
  return dashboard({
    uid: "pgleash-sessions",
    title: "pgleash / Sessions",
    description:
      "Who leaks sessions, who holds them, and where limits are: by application, role and database.",
    from: "now-3h",
    variables: holderVariables,
    rows: [whoLeaks, whoHoldsSessions, limitsAndEndings],
  });
}

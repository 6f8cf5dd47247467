import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

import { dashboard } from "./dashboard.ts";
import { actions } from "./rows/actions.ts";
import { budget } from "./rows/budget.ts";
import { costOfLooking } from "./rows/cost-of-looking.ts";
import { decisions } from "./rows/decisions.ts";
import { episodes } from "./rows/episodes.ts";
import { mayItAct } from "./rows/may-it-act.ts";

/** What pgleash decides, does and costs. */
export function leash(): Dashboard {
  return dashboard({
    uid: "pgleash-leash",
    title: "pgleash / Leash",
    description:
      "What pgleash decides about suspects and why, what it does about them, and what its looking costs.",
    from: "now-24h",
    rows: [mayItAct, decisions, actions, budget, episodes, costOfLooking],
  });
}

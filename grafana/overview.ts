import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

import { dashboard } from "./dashboard.ts";
import { declaredPools } from "./rows/declared-pools.ts";
import { harm } from "./rows/harm.ts";
import { isAnythingLeaking } from "./rows/is-anything-leaking.ts";
import { stateOfTheWatch } from "./rows/state-of-the-watch.ts";
import { untilSlotsRunOut } from "./rows/until-slots-run-out.ts";
import { whereAndSinceWhen } from "./rows/where-and-since-when.ts";

/** Is anything leaking, where, since when, and how long until slots run out. */
export function overview(): Dashboard {
  return dashboard({
    uid: "pgleash-overview",
    title: "pgleash / Overview",
    description: "Is anything leaking, where, since when, and how long until connection slots run out?",
    from: "now-3h",
    rows: [isAnythingLeaking, whereAndSinceWhen, untilSlotsRunOut, harm, declaredPools, stateOfTheWatch],
  });
}

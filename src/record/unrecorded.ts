import { candidateAges } from "../classify/candidate-ages.ts";
import type { LastLook } from "../classify/memory.ts";
import { isUnderPressure } from "../classify/pools/slot-scope.ts";
import type { Reading } from "../reading.ts";
import type { ReplayRules } from "./replay.ts";

/** What a look may not have asked for, while another configuration would have. */
const unrecordedKinds = [
  "idle_in_transaction",
  "active",
  "transaction",
  "never_used",
  "idle",
  "quiet",
  "clients",
] as const;

export type Unrecorded = (typeof unrecordedKinds)[number];

/** What these rules would have asked for beyond what was asked: of that, the recording proves nothing. */
export function unrecorded(
  { asked }: Pick<Reading, "asked">,
  { thresholds, pools }: Pick<ReplayRules, "thresholds" | "pools">,
  lastLook: LastLook | null,
): readonly Unrecorded[] {
  const wanted = candidateAges(thresholds, isUnderPressure(lastLook?.pressure ?? 0));
  const isMissing: Readonly<Record<Unrecorded, boolean>> = {
    idle_in_transaction: wanted.idleInTransactionSeconds < asked.ages.idleInTransactionSeconds,
    active: wanted.activeSeconds < asked.ages.activeSeconds,
    transaction: wanted.transactionSeconds < asked.ages.transactionSeconds,
    never_used: wanted.neverUsedSeconds < asked.ages.neverUsedSeconds,
    idle: wanted.idleSeconds < asked.ages.idleSeconds,
    // Quiet sessions were counted by the server: from another age on there are others.
    quiet: wanted.quietSeconds !== asked.ages.quietSeconds,
    clients: !asked.groupsByClient && pools.some(({ per }) => per === "client"),
  };
  return unrecordedKinds.filter((kind) => isMissing[kind]);
}

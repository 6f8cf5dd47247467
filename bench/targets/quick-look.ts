import { quickAges } from "../../src/classify/candidate-ages.ts";
import { quickObserve } from "../../src/observe/quick-observe.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Lifetime } from "../lifetime.ts";
import { cpuOf } from "../measure/process-use.ts";
import type { BenchServer } from "../world/server.ts";
import { benchThresholds, SUSPECT_SECONDS } from "./own-looks.ts";
import { LOOK_SECONDS, openOwnSession } from "./own-session.ts";
import type { Target } from "./target.ts";

/** Half of the 15 s between two looks. Server and bench share a clock. */
const SINCE_LOOK_SECONDS = 7.5;

/** A quick look takes notice of a statement that began so long before the age at which its transaction is named. */
const WINDOW_SECONDS = 60;

/** Once all forgotten transactions are so old, a look has judged them, and quick looks read none in detail. */
export const SETTLED_SECONDS = SUSPECT_SECONDS + WINDOW_SECONDS + SINCE_LOOK_SECONDS + 1;

/** The quick look of pgleash, as it is taken between two looks. */
export async function quickLook(lifetime: Lifetime, server: BenchServer): Promise<Target> {
  const { session, probe } = await openOwnSession(lifetime, server);
  const ages = quickAges(benchThresholds);
  let detailsRead = 0;
  return {
    key: "quick_look",
    async run() {
      const { transactions } = await quickObserve(session, {
        ages,
        lastLookSeconds: Date.now() / 1000 - SINCE_LOOK_SECONDS,
        deadline: startDeadline(LOOK_SECONDS),
      });
      detailsRead += transactions.length;
    },
    detailsRead: () => detailsRead,
    serverCpu: () => cpuOf(probe.backendPid),
    pid: null,
  };
}

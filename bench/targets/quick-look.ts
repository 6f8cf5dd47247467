import { candidateAges } from "../../src/classify/candidate-ages.ts";
import { quickObserve } from "../../src/observe/quick-observe.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Lifetime } from "../lifetime.ts";
import { cpuOf } from "../measure/process-use.ts";
import type { BenchServer } from "../world/server.ts";
import { benchThresholds } from "./own-looks.ts";
import { LOOK_SECONDS, openOwnSession } from "./own-session.ts";
import type { Target } from "./target.ts";

/** Half of the 15 s between two looks. Server and bench share a clock. */
const SINCE_LOOK_SECONDS = 7.5;

/** The quick look of pgleash, as it is taken between two looks. */
export async function quickLook(lifetime: Lifetime, server: BenchServer): Promise<Target> {
  const { session, probe } = await openOwnSession(lifetime, server);
  const ages = candidateAges(benchThresholds, false);
  return {
    key: "quick_look",
    run: () =>
      quickObserve(session, {
        ages,
        lastLookSeconds: Date.now() / 1000 - SINCE_LOOK_SECONDS,
        deadline: startDeadline(LOOK_SECONDS),
      }),
    serverCpu: () => cpuOf(probe.backendPid),
    pid: null,
  };
}

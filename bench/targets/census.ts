import { candidateAges } from "../../src/classify/candidate-ages.ts";
import { followedPids } from "../../src/classify/memory.ts";
import { observe } from "../../src/observe/observe.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Lifetime } from "../lifetime.ts";
import { cpuOf } from "../measure/process-use.ts";
import type { BenchServer } from "../world/server.ts";
import { benchThresholds, createOwnLooks } from "./own-looks.ts";
import { LOOK_SECONDS, openOwnSession } from "./own-session.ts";
import type { Target } from "./target.ts";

/** The limits of `src/cycle.ts`. */
const limits = { candidates: 1000, groups: 1000 };

/** What follows the first looks is as it stays: the suspects are followed. */
const FIRST_LOOKS = 4;

/** The look of pgleash, through its own session and with the parameters that it would have. */
export async function census(lifetime: Lifetime, server: BenchServer): Promise<Target> {
  const connected = await openOwnSession(lifetime, server);
  const { session, probe } = connected;
  const looks = createOwnLooks(connected);
  for (let count = 0; count < FIRST_LOOKS; count += 1) await looks.look();
  const request = {
    version: probe.version,
    followedPids: followedPids(looks.remembered().memory),
    sampledApplications: [],
    ages: candidateAges(benchThresholds, false),
    groupsByClient: false,
    limits,
    prepare: true,
  };
  return {
    key: "census",
    run: () => observe(session, { ...request, deadline: startDeadline(LOOK_SECONDS) }),
    serverCpu: () => cpuOf(probe.backendPid),
    pid: null,
  };
}

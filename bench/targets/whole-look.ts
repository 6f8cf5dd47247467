import type { Lifetime } from "../lifetime.ts";
import { cpuOf } from "../measure/process-use.ts";
import type { BenchServer } from "../world/server.ts";
import { createOwnLooks } from "./own-looks.ts";
import { openOwnSession } from "./own-session.ts";
import type { Target } from "./target.ts";

/** Cycles of pgleash, one after the other: evidence and names come in their own rhythm, so only an average means something. */
export async function wholeLook(lifetime: Lifetime, server: BenchServer): Promise<Target> {
  const connected = await openOwnSession(lifetime, server);
  const looks = createOwnLooks(connected);
  return {
    key: "whole_look",
    run: () => looks.look(),
    serverCpu: () => cpuOf(connected.probe.backendPid),
    pid: null,
  };
}

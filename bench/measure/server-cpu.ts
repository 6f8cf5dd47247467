import { readFile } from "node:fs/promises";

import { parseSchedstat, parseStat } from "./proc-text.ts";

/** What a server spends on those who came after `known` was taken: new backends, and the postmaster that forks them. */
export type ServerCpu = {
  /** CPU time so far, in microseconds. It never falls: what ended backends used is in it, in steps of a clock tick. */
  used(): Promise<number>;
};

/** Linux says so for every architecture that PostgreSQL has packages for. */
const MICROSECONDS_PER_TICK = 10_000;

/** Leaves out the backends that are there now, and the server's own helpers: nobody can say whom they work for. */
export async function watchServerCpu(postmasterPid: number): Promise<ServerCpu> {
  const known = new Set(await childrenOf(postmasterPid));
  return {
    async used() {
      const children = (await childrenOf(postmasterPid)).filter((pid) => !known.has(pid));
      const alive = await Promise.all([postmasterPid, ...children].map(cpuUnlessGone));
      const { reapedTicks } = parseStat(await readFile(`/proc/${postmasterPid}/stat`, "utf8"));
      return alive.reduce((sum, one) => sum + one, 0) + reapedTicks * MICROSECONDS_PER_TICK;
    },
  };
}

/** The backends and helpers of a server. */
export async function childrenOf(postmasterPid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${postmasterPid}/task/${postmasterPid}/children`, "utf8");
  return text.trim().split(/\s+/u).filter(Boolean).map(Number);
}

/** A backend has one task. One that ends between two readings is counted among the ended. */
async function cpuUnlessGone(pid: number): Promise<number> {
  return await readFile(`/proc/${pid}/schedstat`, "utf8").then(parseSchedstat, () => 0);
}

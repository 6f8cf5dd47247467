import { readdir, readFile } from "node:fs/promises";

import { parseAvailableMemory, parseMemory, parseSchedstat, parseStat } from "./proc-text.ts";

/** CPU time that a process has used, in microseconds: of all its tasks, since `/proc/<pid>/schedstat` is that of the first alone. */
export async function cpuOf(pid: number): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const texts = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, "utf8")),
  );
  return texts.reduce((sum, text) => sum + parseSchedstat(text), 0);
}

/** Minor page faults of a process so far. */
export async function minorFaultsOf(pid: number): Promise<number> {
  return parseStat(await readFile(`/proc/${pid}/stat`, "utf8")).minorFaults;
}

/** Resident memory of a process and its high-water mark, in bytes. */
export async function memoryOf(
  pid: number,
): Promise<{ readonly resident: number; readonly highest: number }> {
  return parseMemory(await readFile(`/proc/${pid}/status`, "utf8"));
}

/** In bytes. */
export async function availableMemory(): Promise<number> {
  return parseAvailableMemory(await readFile("/proc/meminfo", "utf8"));
}

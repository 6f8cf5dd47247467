import { readdir, readFile } from "node:fs/promises";

/**
 * The title of a process that serves a client on a Unix socket: `postgres: orders shop [local] idle`. While it starts it may
 * still find that there is no slot for it.
 */
const client = /^postgres: .* \[local\] (?!startup|authentication)/;

/**
 * How many connection slots are used on each of these servers, by the pid of its postmaster. It counts processes, and so it
 * takes no slot, and does not ask whom it judges.
 */
export async function usedSlots(postmasters: readonly number[]): Promise<readonly number[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(names.map(parentIfClient));
  return postmasters.map((postmaster) => parents.filter((parent) => parent === postmaster).length);
}

/** Its parent, where a process serves a client; `null` for any other one, and for one that has just ended. */
async function parentIfClient(pid: string): Promise<number | null> {
  try {
    if (!client.test(await readFile(`/proc/${pid}/cmdline`, "utf8"))) return null;
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]);
  } catch {
    return null;
  }
}

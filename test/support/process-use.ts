import { readdir, readFile } from "node:fs/promises";

/** The memory that a process has now, in MB. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s*(?<kilobytes>\d+) kB$/m.exec(status)?.groups?.["kilobytes"]) / 1024;
}

/** How many files, sockets included, a process has open. */
export async function openFilesOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

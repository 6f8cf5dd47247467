/** What the kernel says of a process in `/proc/<pid>/stat`, as far as we read it. */
export type ProcessStat = {
  /** Pages that were mapped without reading a disk. */
  readonly minorFaults: number;
  /** CPU time of the children that ended and were waited for, in clock ticks. */
  readonly reapedTicks: number;
};

/** CPU time of one task, in microseconds, from its `schedstat`. Throws where the kernel keeps none. */
export function parseSchedstat(text: string): number {
  const [onCpu = ""] = text.split(" ", 1);
  if (!/^\d+$/.test(onCpu)) throw new Error(`no schedstat: ${JSON.stringify(text)}`);
  return Number(onCpu) / 1000;
}

/** Throws where the text is no `stat`. */
export function parseStat(text: string): ProcessStat {
  // A program may have blanks and brackets in its name: the fields begin behind the last bracket, with the third.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => {
    const value = Number(fields[number - 3]);
    if (!Number.isFinite(value)) throw new Error(`no field ${number} in stat: ${JSON.stringify(text)}`);
    return value;
  };
  return { minorFaults: field(10), reapedTicks: field(16) + field(17) };
}

/** Resident memory and its high-water mark, in bytes, from `/proc/<pid>/status`. */
export function parseMemory(text: string): { readonly resident: number; readonly highest: number } {
  const of = (key: string): number => {
    const kilobytes = new RegExp(`^${key}:\\s*(?<kilobytes>\\d+) kB$`, "m").exec(text)?.groups?.["kilobytes"];
    if (kilobytes === undefined) throw new Error(`no ${key} in status`);
    return 1024 * Number(kilobytes);
  };
  return { resident: of("VmRSS"), highest: of("VmHWM") };
}

/** Memory that can still be had without swapping, in bytes, from `/proc/meminfo`. */
export function parseAvailableMemory(text: string): number {
  const kilobytes = /^MemAvailable:\s*(?<kilobytes>\d+) kB$/m.exec(text)?.groups?.["kilobytes"];
  if (kilobytes === undefined) throw new Error("no MemAvailable in meminfo");
  return 1024 * Number(kilobytes);
}

import { describe, expect, test } from "vitest";

import {
  parseAvailableMemory,
  parseMemory,
  parseSchedstat,
  parseStat,
} from "../../../bench/measure/proc-text.ts";

describe("what the kernel says of a process", () => {
  test("schedstat: nanoseconds on a CPU come first", () => {
    expect(parseSchedstat("514812426 135077194 707\n")).toBe(514812.426);
    expect(() => parseSchedstat("")).toThrow("no schedstat");
  });

  test("stat: the name of a program may have brackets and blanks", () => {
    const text =
      "10236 (post) gres: a (b)) S 10232 10232 6292 0 -1 4194304 2861 30 1 0 51 1 7 8 20 0 7 0 74654 948355072 11892";
    expect(parseStat(text)).toEqual({ minorFaults: 2861, reapedTicks: 15 });
    expect(() => parseStat("10236 (node) R 1")).toThrow("no field 10");
  });

  test("status: memory now, and at most so far", () => {
    const text = "Name:\tnode\nVmPeak:\t  99 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
    expect(parseMemory(text)).toEqual({ resident: 1024 ** 2, highest: 2 * 1024 ** 2 });
    expect(() => parseMemory("VmRSS:\t 1 kB\n")).toThrow("no VmHWM");
  });

  test("meminfo: what can still be had", () => {
    expect(parseAvailableMemory("MemFree:   1 kB\nMemAvailable:   3 kB\n")).toBe(3072);
    expect(() => parseAvailableMemory("MemFree: 1 kB\n")).toThrow("no MemAvailable");
  });
});

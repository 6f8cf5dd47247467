import type { LeashedServer } from "./leashed-server.ts";
import { usedSlots } from "./slots.ts";

/** What was used of the slots of each server, in the order of the servers, and when the count began (milliseconds of the epoch). */
export type Point = { readonly atMs: number; readonly used: readonly number[] };

/** Counts the used slots again and again. */
export type Meter = {
  readonly points: readonly Point[];
  /** The last count of this server. */
  used(server: LeashedServer): number;
  /** The greatest count of this server between two times (milliseconds of the epoch). */
  most(server: LeashedServer, fromMs: number, toMs: number): number;
  stop(): void;
};

/** Counts at once, and then every so many milliseconds. The test must `stop()` it. */
export async function startMeter(servers: readonly LeashedServer[], everyMs: number): Promise<Meter> {
  const points: Point[] = [];
  let isCounting = false;
  const count = async (): Promise<void> => {
    if (isCounting) return;
    isCounting = true;
    const atMs = Date.now();
    const used = await usedSlots(servers.map(({ postmaster }) => postmaster));
    points.push({ atMs, used });
    isCounting = false;
  };
  await count();
  const timer = setInterval(() => void count(), everyMs);
  const usedAt = ({ used }: Point, server: LeashedServer): number => used[servers.indexOf(server)] ?? NaN;
  return {
    points,
    used: (server) => points.slice(-1).map((point) => usedAt(point, server))[0] ?? NaN,
    most: (server, fromMs, toMs) =>
      Math.max(
        ...points.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).map((point) => usedAt(point, server)),
      ),
    stop: () => clearInterval(timer),
  };
}

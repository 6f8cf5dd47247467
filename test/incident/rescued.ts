import type { LeashedServer } from "./leashed-server.ts";
import { mostUsed, type Play } from "./play.ts";
import type { Told } from "./webhook.ts";

/** What became of a server on which enforcing was switched on late. Times are milliseconds of the epoch. */
export type Rescued = {
  readonly switchedOnMs: number;
  readonly usedThen: number;
  /** When no more was in use than what a leak that goes on may hold, and how many these are. */
  readonly fellMs: number;
  readonly held: number;
  /** When the mistake was mended, how many sessions had leaked since enforcing was on, and the most that was in use since it fell. */
  readonly repairedMs: number;
  readonly leakedMeanwhile: number;
  readonly mostMeanwhile: number;
  /** What `mostMeanwhile` may be. */
  readonly bound: number;
  /** When pgleash had ended the last leak, and what is in use then. */
  readonly overMs: number;
  readonly usedAfter: number;
  /** When the team was told that nothing leaks fast any more, and that no leaked session is left. */
  readonly slowedMs: number;
  readonly resolvedMs: number;
};

/**
 * With so many slots in use the operator switches enforcing on, on a time that runs `factor` times as fast. Ten times as
 * fast, the last five slots last for 2.5 s: a busy machine needs more for a reload, an audit, a look and the first acts,
 * none of which is any faster. So on a scaled time it is switched on five slots earlier.
 */
export function nearlyAll(factor: number): number {
  return factor === 1 ? 95 : 90;
}

/** The age at which the settings of the incident end a leak, and the window of the share, which the fall may use up, in seconds. */
const AGE_SECONDS = 60;
const SHARE_WINDOW_SECONDS = 60;

/** For so long the application leaks on while it is enforced, in seconds. */
const LEAKS_ON_SECONDS = 180;

/**
 * Waits until nearly all slots are taken, switches enforcing on, lets the application leak on for three minutes, mends it, and
 * waits until the team is told that the alerts are resolved.
 */
export async function rescue(server: LeashedServer, play: Play): Promise<Rescued> {
  const { meter, stack } = play;
  const { orders } = server;
  await play.until("nearly all slots to be taken", () => meter.used(server) >= nearlyAll(play.factor), 600);
  const [switchedOnMs, usedThen, leakedThen] = [Date.now(), meter.used(server), orders.leaked.size];
  await server.reload("incident");
  const held = mostUsed(AGE_SECONDS);
  const bound = mostUsed(AGE_SECONDS + SHARE_WINDOW_SECONDS);
  await play.until("the slots to be freed", () => meter.used(server) <= held, 600);
  const fellMs = Date.now();
  const untilMs = switchedOnMs + (1000 * LEAKS_ON_SECONDS) / play.factor;
  await play.until("it to have leaked on", () => Date.now() >= untilMs, 600);
  const repairedMs = Date.now();
  orders.repair();
  const leakedMeanwhile = orders.leaked.size - leakedThen;
  const isOver = async (): Promise<boolean> => {
    const ended = new Set(await server.terminated());
    return [...orders.leaked].every((session) => ended.has(session));
  };
  await play.until("the last leak to be ended", isOver, 300);
  const overMs = Date.now();
  const isCounted = (): boolean => meter.points.some(({ atMs }) => atMs >= overMs);
  const usedAfter = await play.until("the next count", () => isCounted() && meter.used(server), 300);
  const resolved = (alertname: string): Promise<Told> =>
    play.until(
      `${alertname} to be resolved`,
      () =>
        stack.webhook.first({ receiver: "team-orders", status: "resolved", alertname, server: server.name }),
      1800,
    );
  const [slowed, over] = await Promise.all(["PgleashLeakRateHigh", "PgleashSessionsLeaked"].map(resolved));
  return {
    switchedOnMs,
    usedThen,
    fellMs,
    held,
    repairedMs,
    leakedMeanwhile,
    bound,
    mostMeanwhile: meter.most(server, fellMs, repairedMs),
    overMs,
    usedAfter,
    slowedMs: slowed?.atMs ?? NaN,
    resolvedMs: over?.atMs ?? NaN,
  };
}

import { waitFor } from "../support/wait-for.ts";
import { honest, leaksPerMinute, startLeashedServer, type LeashedServer } from "./leashed-server.ts";
import type { Settings } from "./documented-settings.ts";
import { startMeter, type Meter } from "./meter.ts";
import { startStack, type Stack } from "./stack.ts";

/** Servers on which the same application leaks, and all that watches them. */
export type Play = {
  /** In the order of the scenes. */
  readonly servers: readonly LeashedServer[];
  readonly stack: Stack;
  readonly meter: Meter;
  readonly factor: number;
  /** When the leaks began (milliseconds of the epoch). */
  readonly beganMs: number;
  /** Waits until `probe` says so, for so many seconds of the unscaled time at most. Throws when a program ends meanwhile. */
  until<T>(
    what: string,
    probe: () => Promise<T | false> | T | undefined | false,
    seconds: number,
  ): Promise<T>;
  stop(): Promise<void>;
};

/** A server by its name, and what pgleash is told there at first. */
export type Scene = { readonly name: string; readonly settings: Settings };

export type PlayOptions = {
  /** Of PostgreSQL. */
  readonly major: string;
  /** How many times as fast as in production the time runs. */
  readonly factor: number;
};

/** In use while nothing leaks: the honest sessions, and the one of pgleash. */
const atRest = honest + 1;

/**
 * How many slots may be in use while each leak is ended after `seconds` of the unscaled time, and five looks: two until it is
 * seen, and three that a busy machine may leave out.
 */
export function mostUsed(seconds: number): number {
  const [LOOKS, LOOK_SECONDS] = [5, 10];
  return atRest + Math.ceil((leaksPerMinute / 60) * (seconds + LOOKS * LOOK_SECONDS));
}

/** Starts everything, waits until all of it is at work, and lets the application leak on all servers at once. The test must `stop()` it. */
export async function startPlay(scenes: readonly Scene[], { major, factor }: PlayOptions): Promise<Play> {
  const cleanups: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  };
  try {
    const servers: LeashedServer[] = [];
    for (const { name, settings } of scenes) {
      const server = await startLeashedServer(name, settings, { major, factor });
      cleanups.push(() => server.stop());
      servers.push(server);
    }
    const ports = servers.map(({ port }) => port);
    const stack = await startStack(ports, factor);
    cleanups.push(() => stack.stop());
    const meter = await startMeter(servers, 1000 / factor);
    cleanups.push(() => meter.stop());
    const until: Play["until"] = (what, probe, seconds) =>
      waitFor(
        what,
        () => {
          stack.mustRun();
          for (const { orders } of servers) orders.mustRun();
          return probe();
        },
        seconds / factor,
      );
    const isAtWork = async (): Promise<boolean> => {
      const seconds = Date.now() / 1000;
      const seen = await stack.prometheus.seriesIn("pgleash_slots_used", seconds - 5, seconds);
      return seen === servers.length && servers.every((server) => meter.used(server) === atRest);
    };
    await until("everything to be at work", isAtWork, 120 * factor);
    const beganMs = Date.now();
    for (const { orders } of servers) orders.leak();
    return { servers, stack, meter, factor, beganMs, until, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

import { usable, type LeashedServer } from "./leashed-server.ts";
import type { Play } from "./play.ts";
import type { Told } from "./webhook.ts";

/** What became of a server on which nobody is ended. */
export type Exhausted = {
  /** When the first request found no slot (milliseconds of the epoch). */
  readonly atMs: number;
  /** What the person on duty was told of the forecast before that, and the team of the leak. */
  readonly forecast: Told | undefined;
  readonly leak: Told | undefined;
};

/** Waits until all slots of a server are taken, and a request fails for it. */
export async function untilExhausted(server: LeashedServer, play: Play): Promise<Exhausted> {
  const { failures, refusals } = server.orders;
  await play.until("the slots to run out", () => failures.length + refusals.length > 0, 600);
  const atMs = Math.min(...[...failures, ...refusals].map((one) => one.atMs));
  if (play.meter.used(server) < usable - 1)
    throw new Error(`a request failed beside free slots: ${[...failures, ...refusals][0]?.text}`);
  const firing = { server: server.name, status: "firing" } as const;
  return {
    atMs,
    forecast: play.stack.webhook.first({ ...firing, receiver: "pager", alertname: "PgleashSlotsRunOutSoon" }),
    leak: play.stack.webhook.first({ ...firing, receiver: "team-orders", alertname: "PgleashLeakRateHigh" }),
  };
}

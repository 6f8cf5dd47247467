import { expect, type TestContext } from "vitest";

import type { LeashedServer } from "../incident/leashed-server.ts";
import { startPlay, type Play, type Scene } from "../incident/play.ts";
import { checkedMajors } from "../support/checked-majors.ts";

/** Starts the play on the newest PostgreSQL that is checked. It ends with the test. */
export async function aPlay(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  scenes: readonly Scene[],
  factor: number,
): Promise<Play> {
  const play = await startPlay(scenes, { major: checkedMajors().at(-1) ?? "18", factor });
  onTestFinished(() => play.stop(), 60_000);
  return play;
}

/** Nobody but a leak was ended, and no honest request failed. */
export async function expectOnlyLeaksEnded(server: LeashedServer): Promise<void> {
  const { orders } = server;
  const ended = await server.terminated();
  expect(ended.filter((session) => !orders.leaked.has(session))).toEqual([]);
  expect(orders.failures).toEqual([]);
  const { served, failed } = await orders.report();
  expect(served).toBeGreaterThan(500);
  expect(failed).toBe(0);
}

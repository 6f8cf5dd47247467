import { expect, test, vi } from "vitest";

import { nearlyAll, rescue } from "../incident/rescued.ts";
import { aPlay, expectOnlyLeaksEnded } from "./incident-play.ts";

vi.setConfig({ testTimeout: 400_000, hookTimeout: 60_000 });

const factor = vi.hoisted(() => 10);
vi.mock(import("../../src/classify/forecast/growth.ts"), async (importActual) => {
  const [{ growthOf }, { scaleGrowth }] = await Promise.all([
    importActual(),
    import("../incident/scale-growth.ts"),
  ]);
  return { growthOf: scaleGrowth(growthOf, factor) };
});

test("a pool of 100 leaks 12 sessions a minute: enforcing at 90, all comes back, the alerts are resolved, and nobody honest is hurt", async (context) => {
  const play = await aPlay(context, [{ name: "rescued", settings: "watching" }], factor);
  const [server] = play.servers;
  if (server === undefined) throw new Error("a server was asked for");
  const rescued = await rescue(server, play);
  const times = Object.entries(rescued).map(([name, value]) =>
    name.endsWith("Ms") ? [name, ((value - play.beganMs) / 1000) * factor] : [name, value],
  );
  await context.annotate(JSON.stringify(Object.fromEntries(times)));

  expect(rescued.usedThen).toBeGreaterThanOrEqual(nearlyAll(factor));
  expect(rescued.leakedMeanwhile).toBeGreaterThan(20);
  expect(rescued.mostMeanwhile).toBeLessThanOrEqual(rescued.bound);
  expect(rescued.usedAfter).toBeGreaterThanOrEqual(8);
  expect(rescued.usedAfter).toBeLessThanOrEqual(12);
  expect(rescued.slowedMs).toBeGreaterThan(rescued.switchedOnMs);
  expect(rescued.resolvedMs).toBeGreaterThan(rescued.repairedMs);
  expect(new Set(await server.terminated())).toEqual(server.orders.leaked);
  await expectOnlyLeaksEnded(server);
});

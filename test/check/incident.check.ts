import { expect, test, vi } from "vitest";

import { allExpressions, withoutSeries } from "../incident/expressions.ts";
import { mostUsed } from "../incident/play.ts";
import { untilExhausted } from "../incident/watched.ts";
import { aPlay, expectOnlyLeaksEnded } from "./incident-play.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const factor = vi.hoisted(() => 5);
vi.mock(import("../../src/classify/forecast/growth.ts"), async (importActual) => {
  const [{ growthOf }, { scaleGrowth }] = await Promise.all([
    importActual(),
    import("../incident/scale-growth.ts"),
  ]);
  return { growthOf: scaleGrowth(growthOf, factor) };
});

test("a pool of 100 leaks 12 sessions a minute: watching only, a forecast and then the leak are told before the slots run out; enforcing from the start, they never do", async (context) => {
  const play = await aPlay(
    context,
    [
      { name: "watched", settings: "watching" },
      { name: "leashed", settings: "leaking" },
    ],
    factor,
  );
  const [watched, leashed] = play.servers;
  if (watched === undefined || leashed === undefined) throw new Error("two servers were asked for");
  // So that there is something to show of each kind of alert; it holds one session more.
  leashed.orders.stall();
  const { atMs, forecast, leak } = await untilExhausted(watched, play);
  const secondsIn = (ms: number | undefined): number => (((ms ?? NaN) - play.beganMs) / 1000) * factor;
  const most = play.meter.most(leashed, play.beganMs, atMs);
  await context.annotate(
    `forecast ${secondsIn(forecast?.atMs)} s, leak ${secondsIn(leak?.atMs)} s, exhausted ${secondsIn(atMs)} s; at most ${most} used while enforcing`,
  );

  expect(forecast?.annotations["description"]).toMatch(/"orders-api" as "orders" in "shop"/);
  expect(leak?.annotations["description"]).toMatch(
    /Application "orders-api", role "orders", database "shop"/,
  );
  expect(leak?.labels).toMatchObject({ severity: "warning", server: "watched", pool: "orders" });
  expect(forecast?.labels).toMatchObject({ severity: "critical", server: "watched" });
  expect(forecast?.atMs).toBeLessThan(leak?.atMs ?? NaN);
  expect(leak?.atMs).toBeLessThan(atMs);
  expect(await watched.terminated()).toEqual([]);

  expect(most).toBeLessThanOrEqual(mostUsed(180) + 1);
  expect((await leashed.terminated()).length).toBeGreaterThan(20);
  await expectOnlyLeaksEnded(leashed);

  const ranges = { rateInterval: "1m", range: "10m" };
  const asked = await allExpressions(play.stack.rules, ranges);
  expect(asked.length).toBeGreaterThan(100);
  const missing = await withoutSeries(asked, play.stack.prometheus, play.beganMs / 1000, Date.now() / 1000);
  expect(missing).toEqual([]);
});

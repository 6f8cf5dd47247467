import { describe, expect, onTestFinished, test, vi } from "vitest";

import { allExpressions, withoutSeries } from "../incident/expressions.ts";
import type { LeashedServer } from "../incident/leashed-server.ts";
import { mostUsed, startPlay, type Play, type Scene } from "../incident/play.ts";
import { nearlyAll, rescue } from "../incident/rescued.ts";
import { untilExhausted } from "../incident/watched.ts";
import { checkedMajors } from "../support/checked-majors.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 60_000 });

const major = checkedMajors().at(-1) ?? "18";

async function aPlay(scenes: readonly Scene[], factor: number): Promise<Play> {
  const play = await startPlay(scenes, { major, factor });
  onTestFinished(() => play.stop(), 60_000);
  return play;
}

/** Nobody but a leak was ended, and no honest request failed. */
async function expectOnlyLeaksEnded(server: LeashedServer): Promise<void> {
  const { orders } = server;
  const ended = await server.terminated();
  expect(ended.filter((session) => !orders.leaked.has(session))).toEqual([]);
  expect(orders.failures).toEqual([]);
  expect(await orders.report()).toMatchObject({ failed: 0, served: expect.any(Number) });
}

describe.concurrent("an application with a pool of 100 leaks 12 sessions a minute", () => {
  // A forecast takes two minutes of real time, and may not come later than the leak: hardly faster than real.
  test("watching only, a forecast and then the leak are told before the slots run out; enforcing from the start, they never do", async (context) => {
    const factor = 1.25;
    const play = await aPlay(
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
    const { atMs, forecast, leaked } = await untilExhausted(watched, play);
    const secondsIn = (ms: number | undefined): number => (((ms ?? NaN) - play.beganMs) / 1000) * factor;
    const most = play.meter.most(leashed, play.beganMs, atMs);
    await context.annotate(
      `forecast ${secondsIn(forecast?.atMs)} s, leak ${secondsIn(leaked?.atMs)} s, exhausted ${secondsIn(atMs)} s; at most ${most} used while enforcing`,
    );

    expect(forecast?.annotations["description"]).toMatch(/"orders-api" as "orders" in "shop"/);
    expect(leaked?.annotations["description"]).toMatch(
      /Application "orders-api", role "orders", database "shop"/,
    );
    expect(leaked?.labels).toMatchObject({
      severity: "warning",
      server: "watched",
      kind: "idle_in_transaction",
    });
    expect(forecast?.labels).toMatchObject({ severity: "critical", server: "watched" });
    expect(forecast?.atMs).toBeLessThan(leaked?.atMs ?? NaN);
    expect(leaked?.atMs).toBeLessThan(atMs);
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

  test("enforcing at 95 of 100, all comes back, the alert is resolved, and nobody honest is hurt", async (context) => {
    const factor = 5;
    const play = await aPlay([{ name: "rescued", settings: "watching" }], factor);
    const [server] = play.servers;
    if (server === undefined) throw new Error("a server was asked for");
    const rescued = await rescue(server, play);
    await context.annotate(JSON.stringify(rescued));

    expect(rescued.usedThen).toBeGreaterThanOrEqual(nearlyAll);
    expect(rescued.leakedMeanwhile).toBeGreaterThan(20);
    expect(rescued.mostMeanwhile).toBeLessThanOrEqual(rescued.bound);
    expect(rescued.usedAfter).toBeGreaterThanOrEqual(8);
    expect(rescued.usedAfter).toBeLessThanOrEqual(12);
    expect(rescued.resolvedMs).toBeGreaterThan(rescued.repairedMs);
    expect(new Set(await server.terminated())).toEqual(server.orders.leaked);
    await expectOnlyLeaksEnded(server);
  });
});

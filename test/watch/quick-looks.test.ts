import { expect, test } from "vitest";

import type { LookDue } from "../../src/classify/look-due.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { viewAfterFailure } from "../../src/expose/server-view.ts";
import { createQuickLooks, type QuickLooks } from "../../src/watch/quick-looks.ts";
import { aLog, type LogRecord } from "../support/a-log.ts";
import { aProbe, aServerView } from "../support/a-view.ts";
import { aServerConfig } from "../support/a-watch.ts";

const server = aServerConfig({ host: "/tmp", port: 1 }, { name: "db1", quickEverySeconds: 1 });
const good = aServerView();
const bad = viewAfterFailure(good, new PostgresFailure("timeout", "why"));
const due: LookDue = { type: "due", kind: "idle_in_transaction", pid: 7 };
const notDue: LookDue = { type: "not_due", why: "nobody_came_of_age" };

type Answer = LookDue | PostgresFailure | null;

/** Quick looks that are answered so, one after the other, with nothing else than a last look long ago. */
function answered(...answers: readonly Answer[]): {
  readonly quick: QuickLooks;
  readonly asked: () => number;
  readonly records: readonly LogRecord[];
} {
  const { log, records } = aLog();
  let asked = 0;
  const lookQuickly = (): Promise<LookDue | null> => {
    const answer = asked < answers.length ? answers[asked] : notDue;
    asked += 1;
    return answer instanceof PostgresFailure ? Promise.reject(answer) : Promise.resolve(answer ?? null);
  };
  return { quick: createQuickLooks({ lookQuickly }, log), asked: () => asked, records };
}

test("none is taken before a look succeeded, after one that failed, or where none is configured", async () => {
  const { quick, asked } = answered();
  await quick.take(server);
  quick.lookEnded(server, bad);
  await quick.take(server);
  quick.lookEnded(server, good);
  await quick.take({ ...server, quickEverySeconds: null });
  expect(asked()).toBe(0);
  await quick.take(server);
  expect(asked()).toBe(1);
});

test("each says whether a look is due, and is counted", async () => {
  const { quick, records } = answered(notDue, due);
  quick.lookEnded(server, good);
  expect([await quick.take(server), await quick.take(server)]).toEqual([false, true]);
  expect(quick.lookEnded(server, good).quickLooks).toMatchObject({ begun: 2, calledFor: 1 });
  expect(records).toMatchObject([
    {
      level: "debug",
      message: "a quick look calls for a look",
      fields: { kind: "idle_in_transaction", pid: 7 },
    },
  ]);
});

test("one that fails is counted, told once, and followed by no other before the next look", async () => {
  const denied = new PostgresFailure("permission", "denied");
  const { quick, asked, records } = answered(denied, denied, new PostgresFailure("timeout", "slow"), notDue);
  quick.lookEnded(server, good);
  for (let look = 0; look < 4; look += 1) {
    await quick.take(server);
    await quick.take(server);
    quick.lookEnded(server, good);
    expect(asked()).toBe(look < 3 ? look + 1 : 5);
  }
  expect(records.map(({ level, message }) => [level, message])).toEqual([
    ["warn", "quick look failed: no other before a look succeeds"],
    ["debug", "quick look failed again"],
    ["warn", "quick look failed: no other before a look succeeds"],
    ["info", "quick looks succeed again"],
  ]);
  expect(records[0]?.fields).toEqual({ server: "db1", reason: "permission", error: "denied" });
  expect(quick.lookEnded(server, good).quickLooks).toMatchObject({
    begun: 5,
    failures: { permission: 2, timeout: 1, connect: 0 },
  });
});

test("a connection that is gone is no failure of a quick look: the next look opens it", async () => {
  const { quick, asked, records } = answered(null);
  quick.lookEnded(server, good);
  await quick.take(server);
  await quick.take(server);
  expect(asked()).toBe(1);
  expect(quick.lookEnded(server, good).quickLooks).toMatchObject({ begun: 0 });
  expect(records).toEqual([]);
});

test("none is taken through a pooler, which is said once", async () => {
  const { quick, asked, records } = answered();
  const pooled = aServerView({ probe: { ...aProbe(), pooled: true } });
  for (const view of [pooled, pooled]) {
    quick.lookEnded(server, view);
    await quick.take(server);
  }
  expect(asked()).toBe(0);
  expect(records).toMatchObject([{ level: "warn", message: "no quick looks: a pooler sits in between" }]);
  quick.lookEnded(server, good);
  await quick.take(server);
  expect(asked()).toBe(1);
});

test("one that hangs is not doubled, and is waited for", async () => {
  let answer: ((due: LookDue) => void) | undefined;
  let asked = 0;
  const lookQuickly = (): Promise<LookDue> => {
    asked += 1;
    return new Promise((resolve) => (answer = resolve));
  };
  const quick = createQuickLooks({ lookQuickly }, aLog().log);
  quick.lookEnded(server, good);
  const hanging = quick.take(server);
  expect(await quick.take(server)).toBe(false);
  expect(asked).toBe(1);
  let isSettled = false;
  const settled = quick.settled().then(() => (isSettled = true));
  await Promise.resolve();
  expect(isSettled).toBe(false);
  answer?.(due);
  expect(await hanging).toBe(true);
  await settled;
});

test("without quick_every the page says nothing of them", () => {
  const { quick } = answered();
  expect(quick.lookEnded({ ...server, quickEverySeconds: null }, good).quickLooks).toBeNull();
});

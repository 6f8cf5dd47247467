import { describe, expect, test } from "vitest";

import { peerFiresAt, peers } from "../../../bench/verdict/peers/peers.ts";
import type { View } from "../../../bench/verdict/peers/rule.ts";
import type { ActivityRow } from "../../../bench/verdict/recorder/recording.ts";
import { aRow, seenFor } from "./views.ts";

/** When each peer fires, in seconds. */
function firedBy(views: readonly View[]): Readonly<Record<string, number | null>> {
  return Object.fromEntries(peers.map((peer) => [peer.name, peerFiresAt(peer, views)]));
}

const never = Object.fromEntries(peers.map(({ name }) => [name, null]));

const idleInTransaction = { state: "idle in transaction", xactStart: 0 } as const;
const aborted = { state: "idle in transaction (aborted)" } as const;
const active = { state: "active", waitEventType: null, waitEvent: null, xactStart: 0 } as const;

function forHours(row: Partial<ActivityRow>): readonly View[] {
  return seenFor(10_800, () => [aRow(row)]);
}

describe("over three hours", () => {
  test("a transaction that is idle", () => {
    expect(firedBy(forHours(idleInTransaction))).toEqual({
      ...never,
      CloudNativePG: 370,
      pgmonitor: 370,
      // One state of six has an age: the average of the database is a sixth of it.
      "awesome-prometheus-alerts": 850,
      check_pgactivity: 610,
      "pt-kill's way": 600,
      idle_in_transaction_session_timeout: 600,
    });
  });

  test("a transaction that failed: it has no start, and its state another name", () => {
    expect(firedBy(forHours(aborted))).toEqual({
      ...never,
      "pt-kill's way": 600,
      idle_in_transaction_session_timeout: 600,
    });
  });

  test("a statement that runs on", () => {
    expect(firedBy(forHours(active))).toEqual({
      ...never,
      CloudNativePG: 370,
      "awesome-prometheus-alerts": 850,
      check_pgactivity: 7210,
      "pt-kill's way": 60,
    });
  });

  test("a session of a pool that rests", () => {
    expect(firedBy(forHours({}))).toEqual({ ...never, "pt-kill's way": 600 });
  });
});

test("a transaction whose statements keep changing is seen by its age alone", () => {
  const views = seenFor(3600, (at) => [
    aRow({ ...(at % 20 === 0 ? active : idleInTransaction), xactStart: 0, queryStart: at, stateChange: at }),
  ]);
  // CloudNativePG has a series for each state, and each of them is gone at every second look.
  expect(firedBy(views)).toEqual({ ...never, "awesome-prometheus-alerts": 850 });
});

test("85 sessions of 100 are too many for whoever counts them", () => {
  const sessions = Array.from({ length: 85 }, (_, pid) => aRow({ pid }));
  const views = seenFor(3600, (at) => sessions.map((row) => ({ ...row, stateChange: at })));
  expect(firedBy(views)).toEqual({
    ...never,
    "postgres_exporter mixin": 600,
    pgmonitor: 60,
    "awesome-prometheus-alerts": 120,
  });
});

test("a prepared transaction is seen by whoever reads its view", () => {
  const views = seenFor(3600, () => []).map((view) => ({
    ...view,
    prepared: [{ gid: "g", owner: "orders", preparedAt: 0 }],
  }));
  expect(firedBy(views)).toEqual({ ...never, check_pgactivity: 610 });
});

test("the rate of an age is one second a second: SlowQueries cannot fire for one old transaction", () => {
  const views = seenFor(10_800, () => [aRow(active)]);
  const [mixin] = peers;
  expect(mixin?.name).toBe("postgres_exporter mixin");
  expect(mixin === undefined ? undefined : peerFiresAt(mixin, views)).toBe(null);
});

test("but ages of hours that fall and rise again make a rate that it fires for", () => {
  const views = seenFor(1200, (at) => [aRow({ ...active, xactStart: at % 20 === 0 ? at - 36_000 : at })]);
  const [mixin] = peers;
  expect(mixin === undefined ? undefined : peerFiresAt(mixin, views)).toBeLessThan(600);
});

test("every rule is quoted, and says where it stands", () => {
  const rules = peers.flatMap((peer) => peer.rules);
  expect(rules.filter(({ published }) => published.length < 20)).toEqual([]);
  expect(rules.filter(({ source }) => !/\w+\/\w+|PostgreSQL/.test(source))).toEqual([]);
});

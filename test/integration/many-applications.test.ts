import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { emptyTally } from "../../src/classify/tally.ts";
import { emptyDecisionTally } from "../../src/decide/tally.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { firstView, viewAfterLook } from "../../src/expose/server-view.ts";
import type { ServerView } from "../../src/expose/view.ts";
import type { Probe } from "../../src/postgres/probe.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aGroup, aReport } from "../support/a-view.ts";
import { watchServer, type Watched } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { pageOf, samplesOf, type Sample } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const labelBudget = 100;
const names = 5000;
const sessions = 40;
const other = { datname: "…other", usename: "…other", application_name: "…other" };

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let watched: Watched;
  const clients: postgres.Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    const place = { host: server.socketFolder, port: server.port };
    await createWatchRole(place);
    watched = watchServer(place, { labelBudget, everyMs: 0 });
    for (let count = 0; count < sessions; count += 1) clients.push(connectTo(server));
  });
  afterAll(async () => {
    await Promise.all(clients.map((sql) => sql.end({ timeout: 0 })));
    await watched.close();
    await server.remove();
  });

  test(`${names} application names come to no more series than the budget, and none gets lost`, async () => {
    const sizes = new Set<number>();
    for (let named = 0; named < names; named += sessions) {
      await rename((index) => `app-${named + index}`);
      await watched.look();
      sizes.add(watched.view().sessionLabels.admitted.size);
    }
    expect(Math.max(...sizes)).toBe(labelBudget);
    const view = await everybodyIdle();
    const connections = samplesOf(await pageOf(view), "pgleash_connections");
    expect(connections.length).toBeLessThanOrEqual(labelBudget + 1);
    // The first ones keep their names for an hour; these came long after them.
    expect(connections).toEqual([
      { name: "pgleash_connections", labels: { server: "main", ...other, state: "idle" }, value: sessions },
    ]);
    expect(foldedSets(await pageOf(view))).toBe(sessions);
  });

  test("an admitted name is still shown as itself when it comes back", async () => {
    await rename(() => "app-7");
    await watched.look();
    const view = await everybodyIdle();
    const connections = samplesOf(await pageOf(view), "pgleash_connections");
    expect(connections).toMatchObject([
      { labels: { application_name: "app-7", state: "idle" }, value: sessions },
    ]);
    expect(foldedSets(await pageOf(view))).toBe(0);
  });

  test("suspects are folded too, and each is still counted under its kind", async () => {
    const narrow = watchServer({ host: server.socketFolder, port: server.port }, { labelBudget: 5 });
    try {
      await rename((index) => `leak-${index}`);
      await Promise.all(clients.map((sql) => sql.unsafe("BEGIN")));
      await waitFor("all of them", () => narrow.view().report?.suspects.length === sessions);
      const page = await pageOf(narrow.view());
      const suspects = samplesOf(page, "pgleash_suspect_connections", { severity: "suspect" });
      expect(suspects.length).toBeLessThanOrEqual(5 + 1);
      expect(sum(suspects)).toBe(sessions);
      expect(
        samplesOf(page, "pgleash_suspects", { kind: "idle_in_transaction", severity: "suspect" }),
      ).toMatchObject([{ value: sessions }]);
    } finally {
      await narrow.close();
    }
  });

  async function rename(name: (index: number) => string): Promise<void> {
    await Promise.all(clients.map((sql, index) => sql.unsafe(`SET application_name = '${name(index)}'`)));
  }

  /** A session answers a moment before it says that it is idle. */
  function everybodyIdle(): Promise<ServerView> {
    return waitFor("everybody to be idle", async () => {
      await watched.look();
      const groups = watched.view().report?.snapshot.groups ?? [];
      return groups.every(({ state }) => state === "idle") && watched.view();
    });
  }
});

test(`${names} groups in each of 100 looks, always others, leave a view of one size`, async () => {
  let view = firstView("main", 10);
  for (let round = 0; round < 100; round += 1) {
    const groups = Array.from({ length: names }, (_group, index) =>
      aGroup({ applicationName: `app-${round}-${index}`, sessions: 1 }),
    );
    const snapshot = aSnapshot({ takenAtSeconds: 1_800_000_000 + 10 * round, groups });
    const report = aReport({ snapshot });
    view = viewAfterLook(view, {
      report,
      probe,
      tally: emptyTally,
      decisions: emptyDecisionTally,
      labelBudget,
      commentKeys: [],
    });
    expect(view.sessionLabels.admitted.size).toBe(labelBudget);
  }
  const page = await pageOf(view);
  const connections = samplesOf(page, "pgleash_connections");
  expect(connections.length).toBeLessThanOrEqual(labelBudget + 1);
  expect(sum(connections)).toBe(names);
  expect(foldedSets(page)).toBe(names);
  expect(samplesOf(page, "pgleash_sessions", { state: "idle" })).toMatchObject([{ value: names }]);
});

function foldedSets(page: string): number {
  return sum(samplesOf(page, "pgleash_folded_label_sets", { metric: "pgleash_connections" }));
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

const probe: Probe = {
  version: 180000,
  versionText: "18.0",
  ownSession: { datname: "postgres", usename: "pgleash" },
  standby: false,
  user: "pgleash",
  backendPid: 4001,
  privileges: { pg_read_all_stats: true, pg_signal_backend: false, superuser: false },
  pooled: false,
  slots: { max_connections: 100, reserved_connections: 0, superuser_reserved_connections: 3 },
};

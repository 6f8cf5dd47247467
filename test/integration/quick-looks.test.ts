import type postgres from "postgres";
import { describe, expect, onTestFinished, test, vi } from "vitest";

import { startDaemon, type Daemon } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { aLog } from "../support/a-log.ts";
import { useWatchedServer } from "../support/a-watched-server.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 });

const SUSPECT_AFTER_SECONDS = 2;
const QUICK_EVERY_SECONDS = 1;
/** Planned by the uptime of the process: no look by plan comes while a test lasts. */
const EVERY = "1h";
/** This machine may be busy with other tests; without quick looks it would take an hour. */
const SLACK_SECONDS = 8;

describe.each(postgresMajors())("on PostgreSQL %s, with looks an hour apart", (major) => {
  const scene = useWatchedServer(major);

  test("a forgotten transaction is a suspect soon after its age, and calls for one look only", async () => {
    const daemon = await aDaemon();
    await waitFor("the first look", () => viewOf(daemon).looks.begun === 1);
    const leak = aClient("forgotten");
    await leak.unsafe("BEGIN");
    await leak.unsafe("SELECT 1");
    const begunMs = performance.now();

    const suspect = await waitFor("the suspect", () => viewOf(daemon).report?.suspects[0]);
    const seconds = (performance.now() - begunMs) / 1000;
    expect(suspect).toMatchObject({ kind: "idle_in_transaction", sightings: 0, certainty: "high" });
    expect(suspect.ageSeconds).toBeGreaterThanOrEqual(SUSPECT_AFTER_SECONDS);
    expect(seconds).toBeLessThan(SUSPECT_AFTER_SECONDS + 2 * QUICK_EVERY_SECONDS + SLACK_SECONDS);
    expect(viewOf(daemon)).toMatchObject({ looks: { begun: 2, connections: 1 }, failure: null });
    expect(viewOf(daemon).quickLooks).toMatchObject({ calledFor: 1 });

    const calls = await callsOfQuickLooks(2 * SUSPECT_AFTER_SECONDS);
    expect(calls).toBeGreaterThan(0);
    expect(viewOf(daemon).looks.begun).toBe(2);
  });

  test("while no transaction is old there is one look only, whatever else is open, and nothing is prepared anew", async () => {
    const daemon = await aDaemon();
    await waitFor("the first look", () => viewOf(daemon).looks.begun === 1);
    const busy = aClient("busy");
    const aborted = aClient("aborted");
    await aborted.unsafe("BEGIN");
    await expect(aborted.unsafe("SELECT 1/0")).rejects.toThrow("division");
    const stopMs = performance.now() + 1000 * (SUSPECT_AFTER_SECONDS + 4 * QUICK_EVERY_SECONDS);
    await waitFor("a few quick looks", async () => {
      await busy.begin((sql) => sql.unsafe("SELECT pg_sleep(0.05)"));
      return performance.now() > stopMs;
    });
    expect(viewOf(daemon).looks.begun).toBe(1);
    const [ours] = await scene.admin<{ query: string; quiet: boolean }[]>`
      SELECT query, state_change > now() - interval '3 seconds' AS quiet
      FROM pg_stat_activity WHERE application_name = 'pgleash'`;
    expect(ours?.query).toContain("pg_stat_get_backend_idset");
    expect(ours?.quiet).toBe(true);
  });

  function aClient(applicationName: string): postgres.Sql {
    const client = connectTo(scene.server, { applicationName });
    onTestFinished(() => client.end({ timeout: 0 }));
    return client;
  }

  /** How often our session ran a quick look in so many seconds, as far as its rows were seen to change. */
  async function callsOfQuickLooks(seconds: number): Promise<number> {
    const seen = new Set<string>();
    const endMs = performance.now() + 1000 * seconds;
    await waitFor("quick looks", async () => {
      const [row] = await scene.admin<{ at: string }[]>`
        SELECT query_start::text AS at FROM pg_stat_activity
        WHERE application_name = 'pgleash' AND query LIKE '%pg_stat_get_backend_idset%'`;
      if (row !== undefined) seen.add(row.at);
      return performance.now() > endMs;
    });
    return seen.size - 1;
  }

  async function aDaemon(): Promise<Daemon> {
    const config = configOf(`every: ${EVERY}
quick_every: ${QUICK_EVERY_SECONDS}s
detectors: { idle_in_transaction: { suspect_after: ${SUSPECT_AFTER_SECONDS}s, leaked_after: 1h } }
servers:
  - name: main
    url: "postgres://pgleash@/postgres?host=${scene.server.socketFolder}&port=${scene.server.port}&sslmode=disable"
`);
    const daemon = await startDaemon({
      config,
      reloadConfig: () => Promise.resolve({ config }),
      log: aLog().log,
      versions: { pgleash: "0.1.0", node: "20" },
      isEnforceFlagged: false,
      floors: builtInFloors,
      web: {
        addresses: [{ host: "127.0.0.1", port: 0 }],
        telemetryPath: "/metrics",
        isApiEnabled: true,
        isLifecycleEnabled: false,
      },
    });
    onTestFinished(() => daemon.stop());
    return daemon;
  }
});

function viewOf(daemon: Daemon): ServerView {
  const [view] = daemon.view().servers;
  if (view === undefined) throw new Error("one server is configured");
  return view;
}

import { setImmediate } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import type { Opening } from "../../src/watch/openings.ts";
import { createWatch, type Watch } from "../../src/watch/watch.ts";
import type { WatchSettings } from "../../src/watch/watch-settings.ts";
import { aLog, type LogRecord } from "../support/a-log.ts";
import { anOpening } from "../support/an-opening.ts";
import { aLeashSettings, aServerConfig } from "../support/a-watch.ts";
import { useWatchedServer } from "../support/a-watched-server.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("a watch of PostgreSQL %s that looks quickly, too", (major) => {
  const scene = useWatchedServer(major);

  test("never has two statements at once on its session, whoever asks for what at the same time", async () => {
    const { watch, records } = aWatch({ name: "together" });
    await watch.look();
    for (let round = 0; round < 8; round += 1) {
      await halfASecond();
      const quick = watch.lookQuickly();
      await setImmediate(); // its statement is on the way
      const changed = round % 2 === 0 ? [] : [watch.configure(settingsOf({ name: "together" }))];
      await Promise.all([quick, ...changed, watch.look(), watch.lookQuickly()]);
    }
    const { failure, looks, quickLooks } = watch.view();
    expect({ failure, connections: looks.connections }).toEqual({ failure: null, connections: 1 });
    expect(quickLooks?.begun).toBe(8);
    expect(records.filter(({ level }) => level !== "info")).toEqual([]);
  });

  test("a connection that leads elsewhere is not closed under a quick look", async () => {
    const { watch, records } = aWatch({ name: "moved" });
    await watch.look();
    await halfASecond();
    const quick = watch.lookQuickly();
    await setImmediate(); // its statement is on the way
    const { server: before, ...others } = settingsOf({ name: "moved" });
    const connection = { ...before.connection, user: "postgres" };
    await Promise.all([quick, watch.configure({ ...others, server: { ...before, connection } })]);
    await watch.look();
    const { failure, looks, quickLooks } = watch.view();
    expect({ failure, connections: looks.connections }).toEqual({ failure: null, connections: 2 });
    expect(quickLooks?.begun).toBe(1);
    expect(records.filter(({ message }) => message.includes("quick look failed"))).toEqual([]);
  });

  test("opens no connection for a quick look, and goes on with them once a look has", async () => {
    const { watch, records } = aWatch({ name: "cut off" });
    await watch.lookQuickly();
    expect(watch.view().looks).toMatchObject({ begun: 0, connections: 0 });
    await watch.look();
    await scene.admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgleash'`;
    await halfASecond();
    await watch.lookQuickly();
    await halfASecond();
    await watch.lookQuickly();
    expect(records.filter(({ message }) => message.includes("quick look failed")).length).toBeLessThan(2);
    await waitFor("a look that succeeds", async () => {
      await watch.look();
      return watch.view().failure === null && watch.view().looks.connections === 2;
    });
    await halfASecond();
    await watch.lookQuickly();
    await watch.look();
    expect(watch.view()).toMatchObject({ failure: null, looks: { connections: 2 } });
  });

  test("keeps its connection where quick looks are refused, says so once, and asks once after each look", async () => {
    const { watch, records } = aWatch({ name: "refused" });
    await watch.look();
    await scene.admin.unsafe("REVOKE EXECUTE ON FUNCTION pg_stat_get_backend_idset() FROM public");
    onTestFinished(async () => {
      await scene.admin.unsafe("GRANT EXECUTE ON FUNCTION pg_stat_get_backend_idset() TO public");
    });
    for (let look = 0; look < 2; look += 1) {
      await halfASecond();
      await watch.lookQuickly();
      await halfASecond();
      await watch.lookQuickly();
      await watch.look();
    }
    expect(watch.view()).toMatchObject({
      failure: null,
      looks: { connections: 1 },
      quickLooks: { begun: 2, failures: { permission: 2 } },
    });
    expect(records.filter(({ level }) => level === "warn")).toMatchObject([
      { message: "quick look failed: no other before a look succeeds", fields: { reason: "permission" } },
    ]);
  });

  test("a look that waits for a quick look which hangs asks for leave to connect, once that has lost the connection", async () => {
    const opening = anOpening();
    let entered = 0;
    const counted: Opening = { enter: (signal: AbortSignal) => ((entered += 1), opening.enter(signal)) };
    const { watch } = aWatch({ name: "hung", opening: counted });
    await watch.look();
    const [backend] = await scene.admin<{ pid: number }[]>`
      SELECT pid FROM pg_stat_activity WHERE application_name = 'pgleash'`;
    const pid = backend?.pid ?? Number.NaN;
    process.kill(pid, "SIGSTOP");
    onTestFinished(() => void process.kill(pid, "SIGCONT"));
    await halfASecond();
    const quick = watch.lookQuickly();
    await setImmediate(); // its statement is on the way
    await Promise.all([quick, watch.look()]);
    expect(watch.view()).toMatchObject({ failure: null, looks: { connections: 2 } });
    expect(entered).toBe(2);
  });

  function settingsOf({ name }: { readonly name: string }): WatchSettings {
    const place = { host: scene.server.socketFolder, port: scene.server.port };
    const config = aServerConfig(place, { name, quickEverySeconds: 1, everySeconds: 10 });
    return { server: config, labelBudget: 200, commentKeys: [], leash: aLeashSettings() };
  }

  function aWatch(of: { readonly name: string; readonly opening?: Opening }): {
    readonly watch: Watch;
    readonly records: readonly LogRecord[];
  } {
    const { log, records } = aLog();
    const start = { settings: settingsOf(of), leash: emptyLeash, opening: of.opening ?? anOpening() };
    const watch = createWatch({ ...start, log, onChange: () => undefined });
    onTestFinished(() => watch.close());
    return { watch, records };
  }
});

/** The time after a look at which a quick look may come. */
async function halfASecond(): Promise<void> {
  const fromMs = performance.now();
  await waitFor("half a second", () => performance.now() - fromMs > 510);
}

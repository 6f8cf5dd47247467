import { rename, writeFile } from "node:fs/promises";

import { describe, expect, onTestFinished, test, vi } from "vitest";

import { builtInFloors } from "../../src/decide/policy.ts";
import { leashStateOf } from "../../src/expose/leash-state.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { createWatches, type Watches } from "../../src/watch/watches.ts";
import { startReader } from "../support/a-target-reader.ts";
import { aLog, type LogRecord } from "../support/a-log.ts";
import { aFolder } from "../support/an-audit.ts";
import { runWords } from "../support/a-runtime.ts";
import { useWatchedServer } from "../support/a-watched-server.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("servers of a servers file, on PostgreSQL %s", (major) => {
  const scene = useWatchedServer(major);

  test("that stay keep connection and memory; new ones are watched at once, and those that are gone are left", async () => {
    const { watches, name } = await aScene();
    await name(["one", "two"]);
    const leak = connectTo(scene.server, { applicationName: "leak" });
    onTestFinished(() => leak.end({ timeout: 0 }));
    await leak.unsafe("BEGIN");
    const suspect = await waitFor("the suspect", () => viewOf(watches, "one")?.report?.suspects[0]);
    const pids = await ownPids();

    await name(["one", "three"]);
    await waitFor("a look at the new one", () => hasReport(watches, "three"));
    expect(namesOf(watches)).toEqual(["main", "one", "three"]);
    await waitFor("the session of the one that is gone to end", async () => (await ownPids()).length === 3);
    expect((await ownPids()).filter((pid) => pids.includes(pid))).toHaveLength(2);
    const begun = viewOf(watches, "one")?.looks.begun ?? 0;
    await waitFor("another look", () => (viewOf(watches, "one")?.looks.begun ?? 0) > begun);
    expect(viewOf(watches, "one")).toMatchObject({
      looks: { connections: 1 },
      tally: { idle_in_transaction: { suspected: 1 } },
      report: { suspects: [{ firstSeenSeconds: suspect.firstSeenSeconds }] },
    });
  });

  test("stay while the file is broken, which is told, and their looks keep their time meanwhile", async () => {
    const { watches, path, name, records } = await aScene();
    await name(["one"]);
    await waitFor("a look", () => hasReport(watches, "one"));
    const { begun = 0 } = viewOf(watches, "one")?.looks ?? {};
    const sinceMs = performance.now();
    await writeFile(path, "[{");
    await waitFor("it to be noticed", () => watches.serversFile()?.isSuccessful === false);
    await waitFor("three more looks", () => (viewOf(watches, "one")?.looks.begun ?? 0) >= begun + 3);
    expect(performance.now() - sinceMs).toBeGreaterThan(1500);
    expect(viewOf(watches, "one")?.looks.connections).toBe(1);
    await name(["one", "two"]);
    await waitFor("the next one", () => hasReport(watches, "two"));
    expect(watches.serversFile()).toMatchObject({ isSuccessful: true, refusedTargets: 0 });
    expect(records.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("are held back like all others after a bad reload, also those that come later", async () => {
    const { watches, name } = await aScene("enforce");
    await name(["one"]);
    await waitFor("the first to enforce", () => isEnforcing(viewOf(watches, "one")) === true);
    await watches.holdBack();
    await name(["one", "two"]);
    await waitFor("the new one", () => hasReport(watches, "two"));
    expect(isEnforcing(viewOf(watches, "two"))).toBe(false);
    await waitFor("the old one", () => isEnforcing(viewOf(watches, "one")) === false);
  });

  test("are part of what one look finds: who went unseen is told by the exit code", async () => {
    const folder = await aFolder();
    const place = `host=${scene.server.socketFolder} port=${scene.server.port} user=pgleash dbname=postgres`;
    const text = `servers: [{ name: main, url: "${place}" }]\nservers_file: ${folder}/all.yml\n`;
    await writeFile(`${folder}/pgleash.yml`, text);
    const suspects = async (): Promise<number> =>
      (await runWords(["suspects", `--config.file=${folder}/pgleash.yml`])).code;
    await writeFile(`${folder}/all.yml`, `- { targets: ["${place}"], labels: { server: other } }`);
    expect(await suspects()).toBe(0);
    await writeFile(`${folder}/all.yml`, "- {");
    expect(await suspects()).toBe(1);
  });

  type Scene = {
    readonly watches: Watches;
    readonly path: string;
    readonly records: readonly LogRecord[];
    /** Has the file name our one server under these names. */
    readonly name: (names: readonly string[]) => Promise<void>;
  };

  /** Watches a server of the configuration, and those of a file that names nobody yet. */
  async function aScene(mode = "dry_run"): Promise<Scene> {
    const folder = await aFolder();
    const path = `${folder}/servers.json`;
    const { log, records } = aLog();
    await writeFile(path, "[]");
    const watches = createWatches({
      log,
      isFlagged: true,
      floors: builtInFloors,
      version: "1.2.3",
      onChange: () => {},
      readEverySeconds: 0.1,
      startReader,
    });
    onTestFinished(() => watches.stop());
    const place = `host=${scene.server.socketFolder} port=${scene.server.port}`;
    await watches.apply(
      configOf(`every: 1s
detectors: { idle_in_transaction: { suspect_after: 1s, leaked_after: 1h } }
servers: [{ name: main, url: "${place} user=pgleash dbname=postgres" }]
servers_file: ${path}
servers_template: { url: "postgres://pgleash@/postgres" }
policy:
  mode: ${mode}
  audit_file: ${folder}/audit.jsonl
  pause_file: ${folder}/pause.json
  rules:
    - { name: nobody, match: ['usename="nobody"', 'kind="idle_in_transaction"'], action: terminate, min_age: 1h }
`),
    );
    const name = async (names: readonly string[]): Promise<void> => {
      const groups = names.map((one) => ({ targets: [place], labels: { server: one } }));
      await writeFile(`${path}.new`, JSON.stringify(groups));
      await rename(`${path}.new`, path);
      await waitFor("the names to be followed", () => namesOf(watches).join() === ["main", ...names].join());
    };
    return { watches, path, records, name };
  }

  async function ownPids(): Promise<readonly number[]> {
    const rows = await scene.admin.unsafe("SELECT pid FROM pg_stat_activity WHERE usename = 'pgleash'");
    return rows.map((row) => Number(row["pid"]));
  }
});

function namesOf(watches: Watches): readonly string[] {
  return watches.views().map(({ server }) => server);
}

function viewOf(watches: Watches, name: string): ServerView | undefined {
  return watches.views().find(({ server }) => server === name);
}

function hasReport(watches: Watches, name: string): boolean {
  return (viewOf(watches, name)?.report ?? null) !== null;
}

function isEnforcing(view: ServerView | undefined): boolean | undefined {
  const leash = view?.report?.leash;
  return leash === undefined || leash === null ? undefined : leashStateOf(leash).isEnforcing;
}

import { rename, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";

import { auditLine } from "../../src/act/audit-line.ts";
import type { Config } from "../../src/config/config.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { createWatches, type Watches } from "../../src/watch/watches.ts";
import { aLog } from "../support/a-log.ts";
import { startReader } from "../support/a-target-reader.ts";
import { aFolder, anEntry, anIntent, anOutcome, linesOf } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { waitFor } from "../support/wait-for.ts";

function someWatches(readEverySeconds = 60): Watches {
  const watches = createWatches({
    readEverySeconds,
    startReader,
    log: aLog().log,
    isFlagged: true,
    floors: builtInFloors,
    version: "1.2.3",
    onChange: () => {},
  });
  onTestFinished(() => watches.stop());
  return watches;
}

/** Servers that nobody answers for, and an audit. */
function watching(folder: string, servers: readonly string[]): Config {
  const named = servers.map((name) => `{ name: ${name}, url: "postgres:///shop?host=${folder}" }`);
  return configOf(`servers: [${named.join(", ")}]\npolicy: { audit_file: ${folder}/audit.jsonl }\n`);
}

/** The audit of a process that acted just now on the server `db1`. */
async function anAuditIn(folder: string): Promise<{ readonly path: string; readonly atSeconds: number }> {
  const path = `${folder}/audit.jsonl`;
  const atSeconds = Math.floor(Date.now() / 1000);
  const records = [anIntent("a", { atSeconds }), anOutcome("a")];
  await writeFile(path, records.map((record) => auditLine(record, new Date())).join(""));
  return { path, atSeconds };
}

/** What a file that is begun now tells of the acts on `db1`. */
async function toldByNewFile(path: string, watches: Watches): Promise<readonly unknown[]> {
  await rename(path, `${path}.old`);
  await watches.reopenAudit();
  const ledgers = (await linesOf(path)).filter(({ type }) => type === "ledger");
  return ledgers.flatMap(({ server, entries }) => (server === "db1" ? [entries] : []));
}

test("E15: a server that is removed stays in the audit, and goes on where it was once it is back", async () => {
  const folder = await aFolder();
  const { path, atSeconds } = await anAuditIn(folder);
  const watches = someWatches();
  const acts = [[{ at_seconds: atSeconds, episode: anEntry().episode, outcome: "terminated" }]];
  await watches.apply(watching(folder, ["db1", "db2"]));
  expect(await toldByNewFile(path, watches)).toMatchObject(acts);
  await watches.apply(watching(folder, ["db2"]));
  expect(await toldByNewFile(path, watches)).toMatchObject(acts);
  await watches.apply(watching(folder, ["db1", "db2"]));
  expect(await toldByNewFile(path, watches)).toMatchObject(acts);
});

test("E15: a server that is removed while a look at it hangs stays in the audit until that look is over", async () => {
  const folder = await aFolder();
  const { path, atSeconds } = await anAuditIn(folder);
  const watches = someWatches();
  const silent = createServer((socket) => void sockets.push(socket));
  const sockets: Socket[] = [];
  onTestFinished(() => void silent.close());
  silent.listen(`${folder}/.s.PGSQL.5432`);
  await watches.apply(watching(folder, ["db1"]));
  const removing = watches.apply(watching(folder, ["db2"]));
  await waitFor("the other server", () => watches.views()[0]?.server === "db2");
  expect(await toldByNewFile(path, watches)).toMatchObject([[{ at_seconds: atSeconds }]]);
  for (const socket of sockets) socket.destroy();
  silent.close();
  await removing;
});

test("E15: a server that the first configuration does not name is not lost by a rotation", async () => {
  const folder = await aFolder();
  const { path, atSeconds } = await anAuditIn(folder);
  const watches = someWatches();
  await watches.apply(watching(folder, ["db2"]));
  expect(await toldByNewFile(path, watches)).toMatchObject([[{ at_seconds: atSeconds }]]);
});

test("E15: a server that leaves a servers file stays in the audit, and goes on where it was once it is back", async () => {
  const folder = await aFolder();
  const { path, atSeconds } = await anAuditIn(folder);
  const watches = someWatches(0.02);
  const file = `${folder}/servers.json`;
  const name = async (names: readonly string[]): Promise<void> => {
    const groups = names.map((server) => ({ targets: [`host=${folder}`], labels: { server } }));
    await writeFile(file, JSON.stringify(groups));
    const isFollowed = (): boolean =>
      watches
        .views()
        .map(({ server }) => server)
        .join() === names.join();
    await waitFor("the file to be followed", isFollowed);
  };
  const acts = [[{ at_seconds: atSeconds, episode: anEntry().episode, outcome: "terminated" }]];
  await writeFile(file, "[]");
  await watches.apply(configOf(`servers_file: ${file}\npolicy: { audit_file: ${folder}/audit.jsonl }\n`));
  await name(["db1", "db2"]);
  expect(await toldByNewFile(path, watches)).toMatchObject(acts);
  await name(["db2"]);
  expect(await toldByNewFile(path, watches)).toMatchObject(acts);
  await name(["db1", "db2"]);
  expect(await toldByNewFile(path, watches)).toMatchObject(acts);
});

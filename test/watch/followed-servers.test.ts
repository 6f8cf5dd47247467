import { createServer, type Socket } from "node:net";
import { writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";

import { builtInFloors } from "../../src/decide/policy.ts";
import { createWatches } from "../../src/watch/watches.ts";
import { aLog } from "../support/a-log.ts";
import { startReader } from "../support/a-target-reader.ts";
import { aFolder } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { waitFor } from "../support/wait-for.ts";

test("a look that hangs at a server that stays keeps no change of the servers files waiting", async () => {
  const folder = await aFolder();
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket));
  silent.listen(`${folder}/.s.PGSQL.5432`);
  onTestFinished(() => void silent.close());
  const watches = createWatches({
    log: aLog().log,
    isFlagged: false,
    floors: builtInFloors,
    version: "1.2.3",
    onChange: () => {},
    readEverySeconds: 0.02,
    startReader,
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await watches.stop();
  });
  const file = `${folder}/servers.json`;
  await writeFile(file, "[]");
  await watches.apply(
    configOf(`every: 1m
look_timeout: 1m
servers: [{ name: hangs, url: "host=${folder} user=a" }]
servers_file: ${file}
servers_template: { url: "user=a" }
`),
  );
  await waitFor("the look to hang", () => sockets.length === 1);
  for (const name of ["one", "two", "three"]) {
    const group = { targets: [`host=${folder}/nowhere`], labels: { server: name } };
    await writeFile(file, JSON.stringify([group]));
    const isFollowed = (): boolean =>
      watches
        .views()
        .map(({ server }) => server)
        .join() === `hangs,${name}`;
    await waitFor(`${name} to be followed`, isFollowed, 10);
  }
  expect(sockets).toHaveLength(1);
});

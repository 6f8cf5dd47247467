import { chown, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { preparePostgres, type EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { packageOfMajor } from "./package-of-major.ts";

/** A hot standby that streams from `primary`, which is restarted for it. The test must `remove()` it. */
export async function startStandby(primary: EmbeddedPostgres, major: string): Promise<EmbeddedPostgres> {
  await primary.stop("fast");
  const standby = await copyOf(primary, major);
  try {
    await primary.start();
    const signal = join(standby.dataFolder, "standby.signal");
    await writeFile(signal, "");
    const owner = await stat(standby.dataFolder);
    await chown(signal, owner.uid, owner.gid);
    await standby.start();
    return standby;
  } catch (error) {
    await standby.remove();
    throw error;
  }
}

function copyOf(primary: EmbeddedPostgres, major: string): Promise<EmbeddedPostgres> {
  const { socketFolder, port, user } = primary;
  return preparePostgres({
    packageRoot: packageOfMajor(major),
    dataFrom: primary.dataFolder,
    settings: { primary_conninfo: `host=${socketFolder} port=${port} user=${user}` },
  });
}

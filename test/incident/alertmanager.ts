import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

import { waitFor } from "../support/wait-for.ts";
import { startChild } from "./child-program.ts";
import { lowPort } from "./low-port.ts";

/** A real Alertmanager. */
export type Alertmanager = {
  readonly port: number;
  version(): Promise<string>;
  mustRun(): void;
  stop(): Promise<void>;
};

const status = z.object({ versionInfo: z.object({ version: z.string() }) });

/** Starts Alertmanager with this configuration, on a folder of its own and without a cluster. The test must `stop()` it. */
export async function startAlertmanager(configText: string): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-alertmanager-"));
  const port = await lowPort();
  await writeFile(join(folder, "alertmanager.yml"), configText);
  const child = await startChild(
    "prometheus-alertmanager",
    [
      `--config.file=${join(folder, "alertmanager.yml")}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
      "--log.level=warn",
    ],
    { hint: "apt-get install prometheus-alertmanager" },
  );
  const stop = async (): Promise<void> => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitFor("Alertmanager to be ready", async () => {
      child.mustRun();
      return (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
    });
  } catch (cause) {
    await stop();
    throw new Error(`Alertmanager does not start: ${child.said()}`, { cause });
  }
  const version = async (): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v2/status`);
    return status.parse(await response.json()).versionInfo.version;
  };
  return { port, version, mustRun: () => child.mustRun(), stop };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

import { freePort } from "./free-port.ts";
import { waitFor } from "./wait-for.ts";

/** A sample as Prometheus stored it, with the time of its scrape in seconds. */
export type Sample = { readonly seconds: number; readonly value: number };

/** A real Prometheus, from the Debian package `prometheus`. */
export type Prometheus = {
  /** The raw samples of the one series that this selects. */
  samples(selector: string): Promise<readonly Sample[]>;
  /** Gives it another configuration, and resolves when that holds. */
  reconfigure(config: string): Promise<void>;
  stop(): Promise<void>;
};

const answer = z.object({
  data: z.object({
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
});

export async function startPrometheus(config: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-prometheus-"));
  const file = join(folder, "prometheus.yml");
  await writeFile(file, config);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    "--web.enable-lifecycle",
  ];
  const child = spawn("prometheus", [...words, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  await once(child, "spawn").catch((error: unknown) => {
    throw new Error("prometheus is not installed: apt-get install prometheus", { cause: error });
  });
  await waitFor("Prometheus to be ready", async () => {
    if (child.exitCode !== null) throw new Error(log);
    return (await fetch(`${url}/-/ready`)).ok;
  });
  return {
    async samples(selector) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(`${selector}[1h]`)}`);
      const { result } = answer.parse(await response.json()).data;
      if (result.length > 1) throw new Error(`expected one series, got ${result.length}`);
      return (result[0]?.values ?? []).map(([seconds, value]) => ({ seconds, value: Number(value) }));
    },
    async reconfigure(next) {
      await writeFile(file, next);
      const response = await fetch(`${url}/-/reload`, { method: "POST" });
      if (!response.ok) throw new Error(await response.text());
    },
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "close");
      await rm(folder, { recursive: true });
    },
  };
}

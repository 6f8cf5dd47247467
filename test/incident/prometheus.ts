import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";

import { waitFor } from "../support/wait-for.ts";
import { startChild } from "./child-program.ts";
import { lowPort } from "./low-port.ts";
import { scaledDuration } from "./scale-duration.ts";

/** A real Prometheus. */
export type Prometheus = {
  version(): Promise<string>;
  /** How many series an expression had between two times (epoch seconds), of which the last may be now. Throws what Prometheus objects. */
  seriesIn(expression: string, from: number, to: number): Promise<number>;
  mustRun(): void;
  stop(): Promise<void>;
};

export type PrometheusOptions = {
  /** The text of the rule file. */
  readonly rules: string;
  /** Ports of pgleash, by which its targets are named. */
  readonly targets: readonly number[];
  readonly alertmanagerPort: number;
  /** How many times as fast as in production all of its intervals are. */
  readonly factor: number;
};

const build = z.object({ data: z.object({ version: z.string() }) });
const matrix = z.object({
  data: z.object({ result: z.array(z.unknown()) }),
});

/** Starts Prometheus on a folder of its own, scraping and judging every 15 seconds of the scaled time. The test must `stop()` it. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-prometheus-"));
  const port = await lowPort();
  const scaled = (duration: string): string => scaledDuration(duration, options.factor);
  await writeFile(join(folder, "pgleash.rules.yml"), options.rules);
  await writeFile(join(folder, "prometheus.yml"), configText(options, scaled("15s")));
  const child = await startChild(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${scaled("5m")}`,
      `--rules.alert.resend-delay=${scaled("1m")}`,
      "--log.level=warn",
    ],
    { hint: "apt-get install prometheus" },
  );
  const stop = async (): Promise<void> => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const step = 15 / options.factor;

  async function seriesIn(expression: string, from: number, to: number): Promise<number> {
    const query = new URLSearchParams({
      query: expression,
      start: `${from}`,
      end: `${to}`,
      step: `${step}`,
    });
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query_range`, {
      method: "POST",
      body: query,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${text}: ${expression}`);
    return matrix.parse(JSON.parse(text)).data.result.length;
  }

  try {
    await waitFor("Prometheus to be ready", async () => {
      child.mustRun();
      return (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
    });
  } catch (cause) {
    await stop();
    throw new Error(`Prometheus does not start: ${child.said()}`, { cause });
  }
  return {
    async version() {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/status/buildinfo`);
      return build.parse(await response.json()).data.version;
    },
    seriesIn,
    mustRun: () => child.mustRun(),
    stop,
  };
}

function configText({ targets, alertmanagerPort }: PrometheusOptions, interval: string): string {
  return stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: ["pgleash.rules.yml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
    scrape_configs: [
      { job_name: "pgleash", static_configs: [{ targets: targets.map((port) => `127.0.0.1:${port}`) }] },
    ],
  });
}

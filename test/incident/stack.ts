import { readFile } from "node:fs/promises";

import { startAlertmanager, type Alertmanager } from "./alertmanager.ts";
import { startPrometheus, type Prometheus } from "./prometheus.ts";
import { scaleAlertmanager } from "./scale-alertmanager.ts";
import { scaleRules } from "./scale-rules.ts";
import { startWebhook, type Webhook } from "./webhook.ts";

/** Prometheus with the shipped rules, Alertmanager with the shipped routes, and whoever is told. */
export type Stack = {
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
  readonly webhook: Webhook;
  /** The rule file that Prometheus has. */
  readonly rules: string;
  /** Throws when one of them has ended by itself. */
  mustRun(): void;
  stop(): Promise<void>;
};

/** Starts all of them on a time that runs `factor` times as fast; `targets` are ports of pgleash. The test must `stop()` it. */
export async function startStack(targets: readonly number[], factor: number): Promise<Stack> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  };
  try {
    const rules = scaleRules(await readAlertFile("pgleash.rules.yml"), factor);
    const webhook = await startWebhook();
    cleanups.push(() => webhook.stop());
    const routes = scaleAlertmanager(await readAlertFile("alertmanager.yml"), factor, webhook.url);
    const alertmanager = await startAlertmanager(routes);
    cleanups.push(() => alertmanager.stop());
    const prometheus = await startPrometheus({
      rules,
      targets,
      alertmanagerPort: alertmanager.port,
      factor,
    });
    cleanups.push(() => prometheus.stop());
    const mustRun = (): void => {
      alertmanager.mustRun();
      prometheus.mustRun();
    };
    return { prometheus, alertmanager, webhook, rules, mustRun, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readAlertFile(name: string): Promise<string> {
  return readFile(new URL(`../../alerts/${name}`, import.meta.url), "utf8");
}

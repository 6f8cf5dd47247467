// Writes the files that are generated from the code; with `--check` only compares. `npm run generate` builds what it needs.
import { readFile, writeFile } from "node:fs/promises";

import { configJsonSchema } from "../build/config/json-schema.js";
import { metricsDocs } from "../build/expose/metrics-docs.js";
import { processRegistry } from "../build/expose/process-registry.js";
import { setupStatements } from "../build/postgres/setup-statements.js";
import { dashboardFiles } from "../grafana/dist/dashboards.js";
import { alertsDocs } from "./alerts-docs.mjs";
import { commandsDocs } from "./commands-docs.mjs";
import { dashboardsManifest } from "./dashboards-manifest.mjs";
import { prometheusRule } from "./prometheus-rule.mjs";

const dashboards = Object.entries(dashboardFiles()).map(([name, text]) => [
  `grafana/dashboards/${name}`,
  text,
]);

const rules = await readFile(new URL("../alerts/pgleash.rules.yml", import.meta.url), "utf8");

const generated = {
  "config/schema.json": configJsonSchema(),
  "config/sql/setup-role.sql": setupStatements({ maySignal: false }),
  "config/sql/setup-role-enforce.sql": setupStatements({ maySignal: true }),
  "docs/metrics.md": metricsDocs(await processRegistry().getMetricsAsJSON()),
  ...Object.fromEntries(dashboards),
  "config/kubernetes/dashboards.yml": dashboardsManifest(dashboardFiles()),
  "config/kubernetes/prometheus-rule.yml": prometheusRule(rules),
  "docs/alerts.md": alertsDocs(rules),
  "docs/commands.md": await commandsDocs(
    await readFile(new URL("../docs/commands.md", import.meta.url), "utf8"),
  ),
};

for (const [path, text] of Object.entries(generated)) {
  const url = new URL(`../${path}`, import.meta.url);
  if (!process.argv.includes("--check")) {
    await writeFile(url, text);
  } else if ((await readFile(url, "utf8").catch(() => "")) !== text) {
    process.stderr.write(`${path} is not what the code says: npm run generate\n`);
    process.exitCode = 1;
  }
}

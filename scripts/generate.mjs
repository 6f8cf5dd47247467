// Writes the files that are generated from the code; with `--check` only compares. Run `npm run build` first.
import { readFile, writeFile } from "node:fs/promises";

import { configJsonSchema } from "../dist/config/json-schema.js";
import { metricsDocs } from "../dist/expose/metrics-docs.js";
import { processRegistry } from "../dist/expose/page.js";
import { setupStatements } from "../dist/postgres/setup-statements.js";

const generated = {
  "config/schema.json": configJsonSchema(),
  "config/sql/setup-role.sql": setupStatements({ maySignal: false }),
  "config/sql/setup-role-enforce.sql": setupStatements({ maySignal: true }),
  "docs/metrics.md": metricsDocs(await processRegistry().getMetricsAsJSON()),
};

for (const [path, text] of Object.entries(generated)) {
  const url = new URL(`../${path}`, import.meta.url);
  if (!process.argv.includes("--check")) {
    await writeFile(url, text);
  } else if ((await readFile(url, "utf8").catch(() => "")) !== text) {
    process.stderr.write(`${path} is not what the code says: npm run build && node scripts/generate.mjs\n`);
    process.exitCode = 1;
  }
}

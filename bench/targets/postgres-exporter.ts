import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Lifetime } from "../lifetime.ts";
import { createScraper, type Scraper } from "../measure/scrape.ts";
import { watchServerCpu } from "../measure/server-cpu.ts";
import { waitUntil } from "../measure/wait-until.ts";
import { startChild, type Child } from "../world/child-process.ts";
import { freePort } from "../world/free-port.ts";
import type { BenchServer } from "../world/server.ts";
import type { Target } from "./target.ts";

/** The program of Debian's package of the same name. */
const PROGRAM = "prometheus-postgres-exporter";

export type ExporterKind = "exporter_activity" | "exporter_default";

/** What it is asked for where it shall do nothing but what pgleash does too: sessions by the same four labels. */
const activityQuery = `
bench_activity:
  query: |
    SELECT datname, usename, application_name, state, count(*) AS count,
           COALESCE(max(extract(epoch FROM now() - xact_start)), 0)::float AS max_tx_duration
    FROM pg_stat_activity WHERE backend_type = 'client backend'
    GROUP BY datname, usename, application_name, state
  metrics:
    - datname: { usage: "LABEL" }
    - usename: { usage: "LABEL" }
    - application_name: { usage: "LABEL" }
    - state: { usage: "LABEL" }
    - count: { usage: "GAUGE", description: "sessions" }
    - max_tx_duration: { usage: "GAUGE", description: "oldest transaction in seconds" }
`;

/** Every collector off that its flags allow. */
export const activityFlags: readonly string[] = [
  "--disable-default-metrics",
  "--disable-settings-metrics",
  "--no-collector.database",
  "--no-collector.bgwriter",
];

export type Exporter = { readonly target: Target; readonly child: Child; readonly scraper: Scraper };

/** `null` where it is not installed. Its CPU at the server is that of its own backends, and of forking them. */
export async function startExporter(
  lifetime: Lifetime,
  server: BenchServer,
  { kind, folder }: { readonly kind: ExporterKind; readonly folder: string },
): Promise<Exporter | null> {
  const port = await freePort();
  const flags = [`--web.listen-address=127.0.0.1:${port}`, "--log.level=error"];
  if (kind === "exporter_activity") {
    const queries = join(folder, "activity.yml");
    await writeFile(queries, activityQuery);
    flags.push(...activityFlags, `--extend.query-path=${queries}`);
  }
  const source = `host=${server.socketFolder} port=${server.port} user=${kind} dbname=postgres sslmode=disable`;
  const cpu = await watchServerCpu(server.postmasterPid());
  const child = await startChild(lifetime, PROGRAM, flags, { DATA_SOURCE_NAME: source }).catch(unlessMissing);
  if (child === null) return null;
  const scraper = createScraper(port);
  lifetime.owns(() => scraper.close());
  await waitUntil("the first page of postgres_exporter", () => firstPage(scraper, child), { seconds: 20 });
  const target = { key: kind, run: () => scraper.scrape(), serverCpu: () => cpu.used(), pid: child.pid };
  return { target, child, scraper };
}

function unlessMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

/** It serves pages without data, too: one that knows the server says how long its last scrape took. */
async function firstPage(scraper: Scraper, child: Child): Promise<true | undefined> {
  child.check();
  const page = await scraper.scrape().catch(() => null);
  if (page === null || !/^pg_up\S* 1$/m.test(page.text())) return undefined;
  return true;
}

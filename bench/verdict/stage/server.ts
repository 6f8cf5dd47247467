import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { createWatchRole } from "../../../src/demo/create-watch-role.ts";
import { startPostgres } from "../../../src/demo/embedded-postgres.ts";
import type { Lifetime } from "../../lifetime.ts";
import { repositoryRoot } from "../../repository-root.ts";
import { freePort } from "../../world/free-port.ts";
import { packageOf } from "../../world/package-of-major.ts";
import { openWire } from "../../world/wire-client.ts";
import { DATABASE } from "./place.ts";

/** A server with the shop that all programs work in. */
export type StageServer = {
  readonly socketFolder: string;
  readonly port: number;
  readonly version: string;
};

const settings = {
  max_connections: "700",
  shared_buffers: "64MB",
  wal_level: "logical",
  // It reads what is sent and says nothing.
  wal_sender_timeout: "0",
  max_prepared_transactions: "20",
  max_worker_processes: "16",
};

/** Roles beside the one of the order services: each has a scenario of its own. */
const roles = [
  "coordinator_gone",
  "coordinator_at_work",
  "coordinator_paused",
  "pooled_leaky",
  "pooled_orders",
] as const;

/** Ends with the lifetime. On loopback, too: a pooler comes that way. */
export async function startStageServer(
  lifetime: Lifetime,
  { major, minuteSeconds }: { readonly major: string; readonly minuteSeconds: number },
): Promise<StageServer> {
  const packageRoot = packageOf(major);
  const port = await freePort();
  const server = await startPostgres({
    ...(packageRoot === undefined ? {} : { packageRoot }),
    settings,
    loopbackPort: port,
  });
  lifetime.owns(() => server.remove());
  const { socketFolder } = server;
  await createWatchRole({ host: socketFolder, port });
  const place = { socketFolder, port, user: "postgres", applicationName: "stage" };
  const admin = await openWire({ ...place, database: "postgres" });
  await admin.query(`CREATE DATABASE ${DATABASE}`);
  const [version = major] = await admin.query("SHOW server_version");
  await admin.close();
  const shop = await openWire({ ...place, database: DATABASE });
  await shop.query(await readFile(join(repositoryRoot(), "test", "clients", "schema.sql"), "utf8"));
  await shop.query(schema(minuteSeconds));
  await shop.close();
  return { socketFolder, port, version: version ?? major };
}

/** A row of a slow table takes a hundredth of a minute: 13500 of them, more than two hours. */
function schema(minuteSeconds: number): string {
  return `
${roles.map((role) => `CREATE ROLE ${role} LOGIN IN ROLE orders;`).join("\n")}
CREATE ROLE slow_owner LOGIN;
CREATE ROLE replica LOGIN REPLICATION;
CREATE ROLE dumper_daily LOGIN;
CREATE ROLE dumper_monthly LOGIN;
CREATE PUBLICATION everything;
CREATE FUNCTION slow(n int) RETURNS int IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_sleep(${minuteSeconds / 100}); RETURN n; END';
CREATE TABLE numbers AS SELECT generate_series(1, 4000) AS n;
CREATE TABLE slow_rows AS SELECT generate_series(1, 13500) AS id;
CREATE TABLE migrated AS SELECT 1 AS id;
ALTER TABLE migrated OWNER TO orders;
ALTER TABLE slow_rows OWNER TO slow_owner;
GRANT SELECT ON numbers TO orders;
GRANT CREATE ON SCHEMA public TO slow_owner;
${archive("daily", "dumper_daily", 500)}
${archive("monthly", "dumper_monthly", 2500)}
ANALYZE numbers`;
}

/** Three tables whose rows are slow to read for whoever dumps them: a policy calls the slow function for each. */
function archive(name: string, dumper: string, rows: number): string {
  const tables = [1, 2, 3].map((number) => {
    const table = `${name}.part_${number}`;
    return `
CREATE TABLE ${table} AS SELECT generate_series(1, ${rows}) AS id;
ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY slowly ON ${table} USING (slow(id) IS NOT NULL);`;
  });
  return `CREATE SCHEMA ${name};${tables.join("")}
GRANT USAGE ON SCHEMA ${name} TO ${dumper};
GRANT SELECT ON ALL TABLES IN SCHEMA ${name} TO ${dumper};`;
}

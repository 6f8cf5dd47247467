import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { startPostgres } from "../../src/demo/embedded-postgres.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import type { Lifetime } from "../lifetime.ts";
import { DATABASES, ROLES } from "./crowd-plan.ts";
import { lockedTable } from "./crowd-statements.ts";
import { packageOf } from "./package-of-major.ts";
import { openWire, type WireClient } from "./wire-client.ts";

/** A real server with the databases and roles of the crowd, and an administrator's connection to it. */
export type BenchServer = Pick<EmbeddedPostgres, "socketFolder" | "port" | "postmasterPid"> & {
  readonly admin: WireClient;
  /** How many temporary files it has written so far. */
  temporaryFiles(): Promise<number>;
};

/** The roles of those who are measured, so that each is told from the others. */
export const watchRoles = ["pgleash", "exporter_activity", "exporter_default"] as const;

/** Room for those who measure and are measured. */
const SPARE_CONNECTIONS = 40;

export type ServerOptions = {
  readonly major: string;
  /** Of the crowd. */
  readonly connections: number;
  /** Beside those that every server has here. */
  readonly settings?: Readonly<Record<string, string>>;
};

/** Ends with the lifetime, or with this process at the latest. */
export async function startBenchServer(
  lifetime: Lifetime,
  { major, connections, settings = {} }: ServerOptions,
): Promise<BenchServer> {
  const packageRoot = packageOf(major);
  const server = await startPostgres({
    ...(packageRoot === undefined ? {} : { packageRoot }),
    settings: {
      max_connections: String(connections + SPARE_CONNECTIONS),
      shared_buffers: "64MB",
      fsync: "off",
      autovacuum: "off",
      // A backend tells the statistics of its temporary files late; the log knows of each at once.
      log_temp_files: "0",
      ...settings,
    },
  });
  lifetime.owns(() => server.remove());
  const { socketFolder, port, postmasterPid } = server;
  const place = { socketFolder, port, user: "postgres", applicationName: "bench" };
  const admin = await openWire({ ...place, database: "postgres" });
  for (const statement of setUp()) await admin.query(statement);
  const first = await openWire({ ...place, database: "app_0" });
  await first.query(lockedTable);
  await first.close();
  const temporaryFiles = async (): Promise<number> =>
    (await readFile(join(server.folder, "server.log"), "utf8")).split("temporary file: path").length - 1;
  return { socketFolder, port, postmasterPid, admin, temporaryFiles };
}

function setUp(): readonly string[] {
  return [
    ...Array.from({ length: ROLES }, (_, index) => `CREATE ROLE app_role_${index} LOGIN`),
    ...Array.from({ length: DATABASES }, (_, index) => `CREATE DATABASE app_${index}`),
    ...watchRoles.map((role) => `CREATE ROLE ${role} LOGIN IN ROLE pg_monitor`),
  ];
}

import postgres from "postgres";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";

/**
 * A subscription in the making: it holds a slot and reads the log for as long as it lives. `wal_level` must be logical,
 * and there must be a publication `everything`. Its slot waits for the end of every transaction under way.
 */
export async function startReplication(
  { socketFolder, port }: Pick<EmbeddedPostgres, "socketFolder" | "port">,
  user = "postgres",
): Promise<postgres.Sql> {
  const connection = { application_name: "replica", replication: "database" };
  const options = { user, database: "postgres", max: 1, fetch_types: false, onnotice: () => {}, connection };
  const sql = postgres({ host: socketFolder, port, ...options });
  await sql.unsafe("CREATE_REPLICATION_SLOT replica TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT");
  const wanted = "proto_version '1', publication_names 'everything'";
  const changes = await sql.unsafe(`START_REPLICATION SLOT replica LOGICAL 0/0 (${wanted})`).writable();
  changes.on("error", () => {});
  return sql;
}

/** A subscriber of logical replication on postgres.js: it reads what changes, for as long as it lives. */
import postgres from "postgres";

import { leaked, play } from "./stage.mjs";

async function replica({ applicationName }) {
  const connection = { application_name: applicationName, replication: "database" };
  const sql = postgres({
    host: process.env.PGHOST,
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection,
  });
  leaked.push(sql);
  await sql.unsafe("CREATE_REPLICATION_SLOT replica TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT");
  const wanted = "proto_version '1', publication_names 'everything'";
  const changes = await sql.unsafe(`START_REPLICATION SLOT replica LOGICAL 0/0 (${wanted})`).writable();
  changes.on("error", () => {});
}

await play("postgres", { replica });

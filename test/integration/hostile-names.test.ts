import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { landingPage } from "../../src/expose/landing-page.ts";
import { suspectTable } from "../../src/expose/suspect-table.ts";
import type { ServerView } from "../../src/expose/view.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aView } from "../support/a-view.ts";
import { watchServer, type Watched } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { pageOf, parseExposition, samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

/** PostgreSQL takes any of these for a role and for a database. */
const names = [
  [`quotes " and '`],
  ["line\nfeed\r\tand\u001b[31mcolour"],
  ["back\\slash \\n \\"],
  [`a",b="c`],
  [`"} 1\npgleash_up{server="x"} 0`],
  ["é".repeat(31) + "x"],
  ["🦀 & 💥"],
  ["\u202Efdp.exe"],
  ["</script><script>alert(1)</script>"],
  ["__proto__"],
  ["…other"],
] as const;

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  let watched: Watched;
  let place: { readonly host: string; readonly port: number };
  const clients: postgres.Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    place = { host: server.socketFolder, port: server.port };
    await createWatchRole(place);
    admin = connectTo(server);
    for (const [name] of names) {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      await admin.unsafe(`CREATE ROLE ${quoted} LOGIN`);
      await admin.unsafe(`CREATE DATABASE ${quoted}`);
      await leak(name, name);
    }
    watched = watchServer(place);
    await waitFor("everybody to be suspected", () => watched.view().report?.suspects.length === names.length);
  });
  afterAll(async () => {
    await Promise.all(clients.map((sql) => sql.end({ timeout: 0 })));
    await watched.close();
    await admin.end();
    await server.remove();
  });

  test.for(names)("%j is found, and stands on the page as it is", async ([name]) => {
    const who = { datname: name, usename: name, application_name: "hostile" };
    const view = watched.view();
    expect(backendsOf(view)).toContainEqual(
      expect.objectContaining({ datname: name, usename: name, state: "idle in transaction" }),
    );
    const page = await pageOf(view);
    for (const metric of ["pgleash_suspect_connections", "pgleash_connections"])
      expect(samplesOf(page, metric, who)).toMatchObject([{ value: 1 }]);
  });

  test("no name adds a line, a label or a series to the page", async () => {
    const samples = parseExposition(await pageOf(watched.view()));
    expect(samples.filter(({ name }) => name === "pgleash_up")).toEqual([
      { name: "pgleash_up", labels: { server: "main" }, value: 1 },
    ]);
    const suspects = samples.filter(({ name }) => name === "pgleash_suspect_connections");
    expect(suspects).toHaveLength(names.length);
    const labels = ["application_name", "datname", "kind", "server", "severity", "usename"];
    for (const one of suspects) expect(Object.keys(one.labels).toSorted()).toEqual(labels);
  });

  test("no name gets into the markup of the landing page, or into the terminal", () => {
    const html = landingPage(aView({ servers: [watched.view()] }), { metricsPath: "/metrics", hasApi: true });
    expect(html).toContain("alert(1)");
    expect(html).not.toContain("<script");
    const lines = suspectTable([watched.view()]);
    expect(lines).toHaveLength(1 + names.length);
    expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test.for(["raw", "postgres"])(
    "a name that is no UTF-8 is looked at from the database %s too",
    async (database) => {
      const user = `latin_${database}`;
      await admin.unsafe(`CREATE ROLE ${user} LOGIN`);
      if (database === "raw")
        await admin.unsafe("CREATE DATABASE raw TEMPLATE template0 ENCODING 'SQL_ASCII'");
      const sql = await leak(user, database);
      await renameToLatin(user, "raw");
      const [pid] = (await sql.unsafe("SELECT pg_backend_pid() AS pid")).map((row) => Number(row["pid"]));
      const other = watchServer(place, { database });
      try {
        const verdict = await waitFor("the suspect", () => {
          expect(other.view().failure).toBeNull();
          return backendsOf(other.view()).find(({ id }) => id.pid === pid);
        });
        expect(verdict.usename).toMatch(new RegExp(`^${user}\uFFFD+$`, "u"));
        expect(
          samplesOf(await pageOf(other.view()), "pgleash_look_failures_total").map(({ value }) => value),
        ).toEqual([0, 0, 0, 0, 0, 0]);
      } finally {
        await other.close();
      }
    },
  );

  async function leak(user: string, database: string): Promise<postgres.Sql> {
    const sql = connectTo(server, { user, database, applicationName: "hostile" });
    clients.push(sql);
    await sql.unsafe("BEGIN");
    return sql;
  }

  /** Only a database without an encoding lets such a byte in: é of Latin-1. */
  async function renameToLatin(user: string, database: string): Promise<void> {
    const sql = connectTo(server, { database });
    clients.push(sql);
    const name = `convert_from(convert_to('${user}', 'SQL_ASCII') || '\\xe9'::bytea, 'SQL_ASCII')`;
    await sql.unsafe(`DO $$ BEGIN EXECUTE format('ALTER ROLE ${user} RENAME TO %I', ${name}); END $$`);
  }
});

function backendsOf({ report }: ServerView): readonly Backend[] {
  return (report?.suspects ?? []).flatMap((suspect) => ("backend" in suspect ? [suspect.backend] : []));
}

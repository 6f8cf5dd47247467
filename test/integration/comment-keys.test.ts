import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { watchServer, type Watched } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

describe.each(postgresMajors())("of what the comment of a session on %s says", (major) => {
  let server: EmbeddedPostgres;
  let client: Sql;
  let watched: Watched;

  beforeAll(async () => {
    server = await startServer(major);
    const place = { host: server.socketFolder, port: server.port };
    await createWatchRole(place);
    client = connectTo(server, { applicationName: "shop" });
    await client.unsafe("BEGIN");
    await client.unsafe("SELECT 1 /*route='%2Fcart',tenant='acme',email='a@b.example'*/");
    watched = watchServer(place, { commentKeys: ["tenant"] });
  });
  afterAll(async () => {
    await watched.close();
    await client.end({ timeout: 0 });
    await server.remove();
  });

  test("the known keys and the configured ones are told, and nothing else", async () => {
    const { suspect } = await waitFor("a verdict", () => watched.suspectsOf("shop").at(0));
    expect(Object.fromEntries(suspect.commentKeys)).toEqual({ route: "/cart", tenant: "acme" });
  });
});

import type postgres from "postgres";
import { afterAll, beforeAll } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { connectTo, startServer } from "./real-postgres.ts";

export type WatchedServer = { readonly server: EmbeddedPostgres; readonly admin: postgres.Sql };

/** A server with the role that watches it, and a superuser's session, for the tests of the suite that asks for it. */
export function useWatchedServer(major: string): WatchedServer {
  let started: WatchedServer | undefined;
  const current = (): WatchedServer => {
    if (started === undefined) throw new Error("the server is there from beforeAll on");
    return started;
  };
  beforeAll(async () => {
    const server = await startServer(major);
    await createWatchRole({ host: server.socketFolder, port: server.port });
    started = { server, admin: connectTo(server) };
  });
  afterAll(async () => {
    await started?.admin.end();
    await started?.server.remove();
  });
  return {
    get server() {
      return current().server;
    },
    get admin() {
      return current().admin;
    },
  };
}

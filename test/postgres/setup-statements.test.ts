import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { setupStatements } from "../../src/postgres/setup-statements.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("the setup statements on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test("to observe: a role that sees the sessions of others, and may end none", async () => {
    await admin.unsafe(setupStatements({ maySignal: false }));
    expect(await rolesOf("pgleash")).toEqual({
      login: true,
      superuser: false,
      roles: ["pg_monitor", ...(Number(major) >= 16 ? ["pg_use_reserved_connections"] : [])],
    });
  });

  test("to enforce, on top of it: one that may end them", async () => {
    await admin.unsafe(setupStatements({ maySignal: true }));
    const { superuser, roles } = await rolesOf("pgleash");
    expect(superuser).toBe(false);
    expect(roles).toContain("pg_signal_backend");
  });

  async function rolesOf(name: string): Promise<Record<string, unknown>> {
    const [row] = await admin<Record<string, unknown>[]>`
      SELECT r.rolcanlogin AS login, r.rolsuper AS superuser,
             (SELECT json_agg(g.rolname ORDER BY g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
              WHERE m.member = r.oid) AS roles
      FROM pg_roles r WHERE r.rolname = ${name}`;
    return row ?? {};
  }
});

import postgres, { type Notice, type Sql } from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { setupStatements } from "../../src/postgres/setup-statements.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("the setup statements on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;
  const warnings: (string | undefined)[] = [];
  const onnotice = ({ severity, message }: Notice) => {
    if (severity === "WARNING") warnings.push(message);
  };

  beforeAll(async () => {
    server = await startServer(major);
    const { socketFolder: host, port } = server;
    admin = postgres({ host, port, user: "postgres", database: "postgres", max: 1, onnotice });
  });
  beforeEach(() => void warnings.splice(0));
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  const observing = {
    login: true,
    superuser: false,
    roles: ["pg_monitor", ...(Number(major) >= 16 ? ["pg_use_reserved_connections"] : [])],
  };

  test("to observe: a role that sees the sessions of others, and may end none", async () => {
    await admin.unsafe(setupStatements({ maySignal: false }));
    expect(await rolesOf("pgleash")).toEqual(observing);
    expect(warnings).toEqual([]);
  });

  test("to enforce, on top of it: one that may end them", async () => {
    await admin.unsafe(setupStatements({ maySignal: true }));
    const { superuser, roles } = await rolesOf("pgleash");
    expect(superuser).toBe(false);
    expect(roles).toContain("pg_signal_backend");
  });

  test("to observe again: what was granted to enforce is taken back, and never with a warning", async () => {
    for (const maySignal of [true, false, false]) await admin.unsafe(setupStatements({ maySignal }));
    expect(await rolesOf("pgleash")).toEqual(observing);
    expect(warnings).toEqual([]);
  });

  test("to observe, which does not hold by a role of somebody else: said as a warning", async () => {
    await admin.unsafe(`${setupStatements({ maySignal: false })}
      CREATE ROLE on_call; GRANT pg_signal_backend TO on_call; GRANT on_call TO pgleash`);
    expect(warnings).toEqual([]);
    await admin.unsafe(setupStatements({ maySignal: false }));
    expect(warnings).toEqual([
      expect.stringMatching(/^pgleash may still end sessions: /),
      expect.stringMatching(/^pgleash is a member of on_call, pg_signal_backend: /),
    ]);
    await admin.unsafe("DROP ROLE on_call");
  });

  test("to observe, while it is a member of roles whose sessions it may end by that alone: said as a warning", async () => {
    await admin.unsafe(`CREATE ROLE app LOGIN; CREATE ROLE "Sales app" LOGIN; CREATE ROLE staff; CREATE ROLE other LOGIN;
      GRANT app TO staff; GRANT staff, "Sales app" TO pgleash; GRANT pgleash TO other`);
    for (const maySignal of [true, false]) await admin.unsafe(setupStatements({ maySignal }));
    expect(warnings).toEqual([expect.stringMatching(/^pgleash is a member of "Sales app", app, staff: /u)]);
    expect(await ends("app")).toBe(true);
    expect(await ends("other")).toBe(false);

    await admin.unsafe(`DROP ROLE app, "Sales app", staff, other`);
    warnings.splice(0);
    await admin.unsafe(setupStatements({ maySignal: false }));
    expect(warnings).toEqual([]);
  });

  test("to observe, as a superuser: said once, and not of each role there is", async () => {
    await admin.unsafe("ALTER ROLE pgleash SUPERUSER");
    await admin.unsafe(setupStatements({ maySignal: false }));
    await admin.unsafe("ALTER ROLE pgleash NOSUPERUSER");
    expect(warnings).toEqual([expect.stringMatching(/^pgleash may still end sessions: as a superuser/u)]);
  });

  /** Whether PostgreSQL lets pgleash end a session of this role. */
  async function ends(role: string): Promise<boolean> {
    const victim = connectTo(server, { user: role });
    const looker = connectTo(server, { user: "pgleash" });
    try {
      const [session] = await victim<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      const reply = await looker`SELECT pg_terminate_backend(${session?.pid ?? 0})`.catch(() => []);
      return reply.length > 0;
    } finally {
      await Promise.all([victim, looker].map((sql) => sql.end({ timeout: 0 })));
    }
  }

  async function rolesOf(name: string): Promise<Record<string, unknown>> {
    const [row] = await admin<Record<string, unknown>[]>`
      SELECT r.rolcanlogin AS login, r.rolsuper AS superuser,
             (SELECT json_agg(g.rolname ORDER BY g.rolname) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
              WHERE m.member = r.oid) AS roles
      FROM pg_roles r WHERE r.rolname = ${name}`;
    return row ?? {};
  }
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { createConnection } from "../../src/postgres/connection.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { SecretSource } from "../../src/postgres/settings.ts";
import { aConnection } from "../support/a-connection.ts";
import { watchServer } from "../support/a-watch.ts";
import { createAuthority, type Authority } from "../support/certificates.ts";
import { connectTo, postgresMajors } from "../support/real-postgres.ts";
import { startTlsPostgres, type TlsPostgres } from "../support/tls-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("a password that is changed on PostgreSQL %s", (major) => {
  let authority: Authority;
  let postgres: TlsPostgres;
  let admin: Sql;
  let folder: string;

  beforeAll(async () => {
    authority = await createAuthority();
    postgres = await startTlsPostgres(major, authority, await authority.sign("IP:127.0.0.1"));
    admin = connectTo(postgres.server);
    folder = await mkdtemp(join(tmpdir(), "pgleash-rotation-"));
  });
  afterAll(async () => {
    await admin.end();
    await postgres.remove();
    await authority.remove();
    await rm(folder, { recursive: true });
  });

  test.for([
    ["file", (password: string) => `${password}\n`],
    ["passfile", (password: string) => `127.0.0.1:*:*:secured:${password}\n`],
    ["connection_string_file", (password: string) => `postgres://secured:${password}@127.0.0.1/postgres\n`],
  ] as const)(
    "in a %s is used at the next connect, and the session that is open stays",
    async ([type, text]) => {
      const path = join(folder, type);
      const source: SecretSource =
        type === "connection_string_file"
          ? { type, path, target: { user: "secured", host: "127.0.0.1" } }
          : { type, path };
      const write = (password: string): Promise<void> => writeFile(path, text(password), { mode: 0o600 });
      const settings = aConnection(postgres.place, { user: "secured", password: source });
      const connection = createConnection();
      const use = () => connection.use(settings, { deadline: startDeadline(10), lookTimeoutSeconds: 10 });
      await admin.unsafe("ALTER ROLE secured PASSWORD 'first'");
      await write("first");
      const { session, probe } = await use();

      await admin.unsafe("ALTER ROLE secured PASSWORD 'second'");
      expect((await use()).session).toBe(session);
      await admin.unsafe("SELECT pg_terminate_backend($1)", [probe.backendPid]);
      await waitFor("the session to be gone", () => !session.isOpen());
      // The old one still: the failure tells where it is from.
      const failure = use();
      await expect(failure).rejects.toMatchObject({ reason: "auth", code: "28P01" });
      await expect(failure).rejects.toThrow(`(the password is from ${path})`);
      await expect(failure).rejects.not.toThrow("first");

      await write("second");
      expect((await use()).probe.backendPid).not.toBe(probe.backendPid);
      await connection.close();
    },
  );

  test("is taken up by the daemon once its connection is lost, after the file has it", async () => {
    const path = join(folder, "daemon");
    await admin.unsafe("ALTER ROLE secured PASSWORD 'first'");
    await writeFile(path, "first\n");
    const watched = watchServer(postgres.place, {
      user: "secured",
      connection: { password: { type: "file", path } },
    });
    try {
      await waitFor("a look", () => watched.view().report !== null);
      await admin.unsafe("ALTER ROLE secured PASSWORD 'third'");
      const looks = watched.looks.length;
      await waitFor("looks that go on", () => watched.looks.length > looks + 2);
      expect(watched.view().failure).toBeNull();
      await admin.unsafe("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'secured'");
      const failure = await waitFor("the old password to be refused", () =>
        watched.view().failure?.reason === "auth" ? watched.view().failure : undefined,
      );
      expect(failure?.message).not.toMatch(/first|third/);
      await writeFile(path, "third\n");
      await waitFor("looks with the new one", () => watched.view().failure === null);
    } finally {
      await watched.close();
    }
  });

  test("in a file that cannot be read is told, without a connection that hangs", async () => {
    const settings = (type: "file" | "passfile") =>
      aConnection(postgres.place, { user: "secured", password: { type, path: join(folder, "none") } });
    const use = (type: "file" | "passfile") =>
      createConnection().use(settings(type), { deadline: startDeadline(10), lookTimeoutSeconds: 10 });
    await expect(use("file")).rejects.toMatchObject({
      reason: "auth",
      message: `cannot read the password: ${join(folder, "none")}: there is no such file`,
    });
    await expect(use("passfile")).rejects.toMatchObject({
      reason: "auth",
      message: `the server wants a password, and there is none for it in ${join(folder, "none")}: give it in PGPASSWORD, ~/.pgpass or password_file`,
    });
    await waitFor("nobody of ours to be left", async () => {
      const [row] = await admin.unsafe<{ n: number }[]>(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'secured'",
      );
      return row?.n === 0;
    });
  });
});

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { runProgram } from "../support/a-program.ts";
import { createAuthority, type Authority } from "../support/certificates.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { startTlsPostgres, type TlsPostgres } from "../support/tls-postgres.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("pgleash doctor and TLS, on PostgreSQL %s", (major) => {
  let authority: Authority;
  let postgres: TlsPostgres;

  beforeAll(async () => {
    authority = await createAuthority();
    postgres = await startTlsPostgres(major, authority, await authority.sign("IP:127.0.0.1"));
  });
  afterAll(async () => {
    await postgres.remove();
    await authority.remove();
  });

  function wordsFor(user: string, more: string): readonly string[] {
    const { host, port } = postgres.place;
    return ["doctor", `host=${host} port=${port} user=${user} dbname=postgres ${more}`];
  }

  test.for([
    { more: () => "sslmode=require", says: "TLSv1.3, certificate not verified" },
    {
      more: () => `sslmode=prefer sslrootcert=${authority.rootCert}`,
      says: "TLSv1.3, certificate not verified",
    },
    {
      more: () => `sslmode=require sslrootcert=${authority.rootCert}`,
      says: "TLSv1.3, certificate verified, host name not",
    },
    {
      more: () => `sslmode=verify-ca sslrootcert=${authority.rootCert}`,
      says: "TLSv1.3, certificate verified, host name not",
    },
    {
      more: () => `sslmode=verify-full sslrootcert=${authority.rootCert} ssl_max_protocol_version=TLSv1.2`,
      says: "TLSv1.2, certificate and host name verified",
    },
    { more: () => "sslmode=disable", says: "without TLS" },
  ])("a connection is told as $says", async ({ more, says }) => {
    const { stdout } = await runProgram(wordsFor("anybody", more()));
    const { host, port } = postgres.place;
    expect(stdout).toContain(`  ok       connect     ${host}:${port}, ${says}, `);
  });

  test("a wrong password is told, with where to look for it, and without the password", async () => {
    const { code, stdout, stderr } = await runProgram(wordsFor("secured", "password=hunter2"));
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      'auth: password authentication failed for user "secured"; check the password in the connection string, PGPASSWORD or the service; ',
    );
    expect(stdout).not.toMatch(/hunter2|run:/);
  });
});

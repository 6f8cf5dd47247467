import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import { connect } from "../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Session } from "../../src/postgres/session.ts";
import type { SslMode, TlsSettings } from "../../src/postgres/settings.ts";
import { aConnection } from "../support/a-connection.ts";
import { createAuthority, type Authority, type Certificate } from "../support/certificates.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { startTlsPostgres, type TlsPostgres } from "../support/tls-postgres.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let authority: Authority;
let stranger: Authority;
let certificate: Certificate;

beforeAll(async () => {
  authority = await createAuthority("ours");
  stranger = await createAuthority("theirs");
  certificate = await authority.sign("DNS:localhost,IP:127.0.0.1");
});
afterAll(async () => {
  await authority.remove();
  await stranger.remove();
});

describe.each(postgresMajors())("TLS with PostgreSQL %s", (major) => {
  let postgres: TlsPostgres;
  const sessions: Session[] = [];

  beforeAll(async () => {
    postgres = await startTlsPostgres(major, authority, certificate);
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
  });
  afterAll(() => postgres.remove());

  /** How the server sees a session that was opened so: its version of TLS, or `plain`. */
  async function seen(
    mode: SslMode,
    { host = "127.0.0.1", user = "anybody", database = "postgres", tls }: Wishes = {},
  ): Promise<string> {
    const settings = aConnection(postgres.place, {
      user,
      database,
      addresses: [
        { host, hostAddress: host === "127.0.0.1" ? undefined : "127.0.0.1", port: postgres.place.port },
      ],
      tls: { mode, rootCertificate: mode.startsWith("verify") ? authority.rootCert : undefined, ...tls },
    });
    const deadline = startDeadline(10);
    const { session } = await connect(settings, { deadline, lookTimeoutSeconds: 10 });
    sessions.push(session);
    const statement =
      "SELECT coalesce(version, 'plain') AS tls FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    const { rows } = await session.query(statement, [], { deadline, prepare: false });
    return String(Object(rows[0])["tls"]);
  }

  test.for([
    ["disable", "plain"],
    ["allow", "plain"],
    ["prefer", "TLSv1.3"],
    ["require", "TLSv1.3"],
    ["verify-ca", "TLSv1.3"],
    ["verify-full", "TLSv1.3"],
  ] as const)("%s with a server that takes both is %s", async ([mode, tls]) => {
    expect(await seen(mode)).toBe(tls);
  });

  // The server's rules let each of these roles in only one way.
  test.for([
    ["allow", "tls_only", "TLSv1.3"],
    ["prefer", "tls_only", "TLSv1.3"],
    ["allow", "plain_only", "plain"],
    ["prefer", "plain_only", "plain"],
  ] as const)("%s gets %s in: %s", async ([mode, user, tls]) => {
    expect(await seen(mode, { user })).toBe(tls);
  });

  test.for([
    ["disable", "tls_only", /^pg_hba.conf rejects .*(no encryption|SSL off)/],
    ["require", "plain_only", /^pg_hba.conf rejects .*(SSL encryption|SSL on)/],
    [
      "prefer",
      "nobody",
      /^with TLS: pg_hba.conf rejects .*(SSL encryption|SSL on).*; without TLS: .*(no encryption|SSL off)/,
    ],
    [
      "allow",
      "nobody",
      /^without TLS: pg_hba.conf rejects .*(no encryption|SSL off).*; with TLS: .*(SSL encryption|SSL on)/,
    ],
  ] as const)("%s does not get %s in, and says why", async ([mode, user, message]) => {
    await expect(seen(mode, { user })).rejects.toMatchObject({
      reason: "auth",
      code: "28000",
      message: expect.stringMatching(message),
    });
  });

  test("what the server finds wrong once it knows us is not tried without TLS", async () => {
    // Without TLS this role would be refused in other words.
    const failure = seen("prefer", { user: "tls_only", database: "none_such" });
    await expect(failure).rejects.toThrow(/^database "none_such" does not exist$/);
  });

  test("verify-full checks the name", async () => {
    expect(await seen("verify-full", { host: "localhost" })).toBe("TLSv1.3");
    expect(await seen("verify-ca", { host: "db.example" })).toBe("TLSv1.3");
    await expect(seen("verify-full", { host: "db.example" })).rejects.toThrow(
      "the server's certificate is for localhost, 127.0.0.1, not for db.example",
    );
  });

  test("another authority's server is refused, and prefer then goes without TLS", async () => {
    const tls = { rootCertificate: stranger.rootCert };
    for (const mode of ["require", "verify-ca", "verify-full"] as const)
      await expect(seen(mode, { tls })).rejects.toThrow(
        `the server's certificate is signed by an authority that ${stranger.rootCert} does not contain`,
      );
    expect(await seen("prefer", { tls })).toBe("plain");
  });

  test("the files are read at each connect", async () => {
    const rootCertificate = join(authority.folder, "renewed.pem");
    await copyFile(stranger.rootCert, rootCertificate);
    await expect(seen("verify-full", { tls: { rootCertificate } })).rejects.toThrow("does not contain");
    await copyFile(authority.rootCert, rootCertificate);
    expect(await seen("verify-full", { tls: { rootCertificate } })).toBe("TLSv1.3");
  });

  test("the system's authorities do not know ours", async () => {
    await expect(seen("verify-full", { tls: { rootCertificate: undefined } })).rejects.toThrow(
      "the server's certificate is signed by an authority that the system's list does not contain",
    );
  });

  test("a certificate that has expired, or was revoked, is refused only where it is checked", async () => {
    await postgres.serve(await authority.sign("IP:127.0.0.1", { isExpired: true }));
    expect(await seen("require")).toBe("TLSv1.3");
    await expect(seen("verify-ca")).rejects.toThrow(
      "the server's certificate, or that of its authority, has expired",
    );

    const revoked = await authority.sign("IP:127.0.0.1");
    await postgres.serve(revoked);
    const revocationList = await authority.revoke();
    expect(await seen("verify-full", { tls: { revocationList } })).toBe("TLSv1.3");
    const after = await authority.revoke(revoked);
    await expect(seen("verify-full", { tls: { revocationList: after } })).rejects.toThrow(
      `the server's certificate is revoked (${after})`,
    );
    expect(await seen("verify-full")).toBe("TLSv1.3");
    const [ours, foreign] = [await readFile(after, "utf8"), await stranger.revoke()];
    const several = join(authority.folder, "several.pem");
    await writeFile(several, `${await readFile(foreign, "utf8")}${ours}`);
    await expect(seen("verify-full", { tls: { revocationList: several } })).rejects.toThrow("is revoked");
    const cut = join(authority.folder, "cut.pem");
    await writeFile(cut, ours.slice(0, -40));
    await expect(seen("verify-full", { tls: { revocationList: cut } })).rejects.toThrow(
      `TLS: ${cut}: it holds no whole revocation list (PEM)`,
    );
    await expect(seen("verify-full", { tls: { revocationList: foreign } })).rejects.toThrow(
      `${foreign} has no list of the authority that signed the server's certificate`,
    );
    await postgres.serve(certificate);
  });

  describe("with a role that needs a client certificate", () => {
    const user = "certified";

    test("none is told, and refused", async () => {
      await expect(seen("require", { user })).rejects.toMatchObject({ reason: "auth" });
      await expect(seen("require", { user })).rejects.toThrow(
        "connection requires a valid client certificate: name it in sslcert, and its key in sslkey",
      );
    });

    test("the right one opens, with a key that is encrypted too", async () => {
      const plain = await authority.sign("", { commonName: user });
      expect(await seen("require", { user, tls: clientOf(plain) })).toBe("TLSv1.3");
      const encrypted = await authority.sign("", { commonName: user, keyPassword: "secret 🔑" });
      const keyPassword = { type: "given", secret: "secret 🔑" } as const;
      expect(await seen("require", { user, tls: { ...clientOf(encrypted), keyPassword } })).toBe("TLSv1.3");
      const wrong = { type: "given", secret: "guess" } as const;
      await expect(
        seen("require", { user, tls: { ...clientOf(encrypted), keyPassword: wrong } }),
      ).rejects.toThrow(`TLS: ${encrypted.keyFile}: sslpassword does not decrypt the key`);
      await expect(seen("require", { user, tls: clientOf(encrypted) })).rejects.toThrow(
        `TLS: ${encrypted.keyFile}: the key is encrypted: give its password in sslpassword`,
      );
    });

    test.for(["TLSv1.2", "TLSv1.3"] as const)(
      "one of another authority is refused with %s, in words",
      async (version) => {
        const foreign = await stranger.sign("", { commonName: user });
        const tls = { ...clientOf(foreign), minVersion: version, maxVersion: version };
        const told = [
          `the server does not know the authority that signed ${foreign.certFile}: add that to the server's ssl_ca_file`,
          // With 1.3 the handshake is over before the server judges, and the reason may be lost when it hangs up.
          `the server hung up right after the TLS handshake: it may refuse ${foreign.certFile}; its log may tell why`,
        ];
        const failure = await seen("require", { user, tls }).catch((error: unknown) => error);
        expect(told.slice(0, version === "TLSv1.2" ? 1 : 2)).toContain(Object(failure)["message"]);
      },
    );

    test("a key that others may read is refused, and so is one of another certificate", async () => {
      const open = await authority.sign("", { commonName: user });
      await chmod(open.keyFile, 0o644);
      await expect(seen("require", { user, tls: clientOf(open) })).rejects.toThrow(
        `TLS: ${open.keyFile}: others may use this key (chmod 0600`,
      );
      const other = await authority.sign("", { commonName: user });
      await expect(
        seen("require", { user, tls: { ...clientOf(other), key: certificate.keyFile } }),
      ).rejects.toThrow(
        `TLS: ${certificate.keyFile}: the key is not that of the certificate in ${other.certFile}`,
      );
    });
  });

  test("files that hold something else are named", async () => {
    const garbage = join(authority.folder, "garbage.pem");
    await writeFile(garbage, "-----BEGIN NOTHING-----\n", { mode: 0o600 });
    const client = clientOf(await authority.sign("", { commonName: "anybody" }));
    for (const [tls, why] of [
      [{ rootCertificate: garbage }, "it holds no certificate (PEM)"],
      [{ revocationList: garbage }, "it holds no revocation list (PEM)"],
      [{ ...client, certificate: garbage }, "it holds no certificate (PEM)"],
      [{ ...client, key: garbage }, "it holds no key that OpenSSL can read (PEM)"],
      [{ rootCertificate: authority.folder }, "it is not a plain file"],
    ] as const)
      await expect(seen("verify-full", { tls })).rejects.toThrow(why);
    const missing = join(authority.folder, "missing.pem");
    await expect(seen("verify-full", { tls: { rootCertificate: missing } })).rejects.toMatchObject({
      message: `TLS: ${missing}: there is no such file`,
      code: "ENOENT",
    });
    expect(await seen("prefer", { tls: { rootCertificate: missing, ...client, certificate: missing } })).toBe(
      "TLSv1.3",
    );
  });

  test("the versions of TLS that may be used are", async () => {
    expect(await seen("require", { tls: { maxVersion: "TLSv1.2" } })).toBe("TLSv1.2");
    expect(await seen("require", { tls: { minVersion: "TLSv1.3" } })).toBe("TLSv1.3");
  });

  const isDirectKnown = Number(major) >= 17;
  test(`direct TLS ${isDirectKnown ? "begins" : "is not known"}`, async () => {
    const outcome = await seen("verify-full", { tls: { negotiation: "direct" } }).catch(String);
    const told = "sslnegotiation=direct takes PostgreSQL 17 or newer";
    expect(outcome).toMatch(isDirectKnown ? /^TLSv1.3$/ : told);
  });
});

describe.each(postgresMajors())("PostgreSQL %s that knows nothing newer than TLS 1.2", (major) => {
  let postgres: TlsPostgres;
  beforeAll(async () => {
    postgres = await startTlsPostgres(major, authority, certificate, { ssl_max_protocol_version: "TLSv1.2" });
  });
  afterAll(() => postgres.remove());

  test("is refused where 1.3 is the least, in words", async () => {
    const options = { deadline: startDeadline(10), lookTimeoutSeconds: 10 };
    const settings = aConnection(postgres.place, {
      user: "anybody",
      tls: { mode: "require", minVersion: "TLSv1.3" },
    });
    await expect(connect(settings, options)).rejects.toThrow(
      "the server and pgleash have no TLS version in common",
    );
    const { session } = await connect(
      aConnection(postgres.place, { user: "anybody", tls: { mode: "require" } }),
      options,
    );
    await session.close();
  });
});

type Wishes = {
  readonly host?: string;
  readonly user?: string;
  readonly database?: string;
  readonly tls?: Partial<TlsSettings>;
};

function clientOf({ certFile, keyFile }: Certificate): Partial<TlsSettings> {
  return { certificate: certFile, key: keyFile };
}

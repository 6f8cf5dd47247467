import { chmod, chown, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TLSSocket } from "node:tls";

import { preparePostgres, type EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { openSocket } from "../../src/postgres/wire/open-socket.ts";
import { aConnection } from "./a-connection.ts";
import type { Authority, Certificate } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { packageOfMajor } from "./package-of-major.ts";
import { connectTo } from "./real-postgres.ts";
import { waitFor } from "./wait-for.ts";

/** A server with TLS on 127.0.0.1. The test must `remove()` it. */
export type TlsPostgres = {
  readonly server: EmbeddedPostgres;
  /** Where it listens over TCP. */
  readonly place: { readonly host: string; readonly port: number };
  /** Serves this certificate from now on. */
  serve(certificate: Certificate): Promise<void>;
  remove(): Promise<void>;
};

/** Who may log in how over TCP; everybody may over the socket. */
const rules = `
local all all trust
hostssl all tls_only 127.0.0.1/32 trust
hostnossl all plain_only 127.0.0.1/32 trust
hostssl all certified 127.0.0.1/32 trust clientcert=verify-ca
host all anybody 127.0.0.1/32 trust
host all secured 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 reject
`;

/** Starts a server that trusts clients whom `authority` signed. The roles of its rules are there. */
export async function startTlsPostgres(
  major: string,
  authority: Authority,
  certificate: Certificate,
  settings: Readonly<Record<string, string>> = {},
): Promise<TlsPostgres> {
  const port = await freePort();
  const server = await preparePostgres({
    packageRoot: packageOfMajor(major),
    loopbackPort: port,
    settings: { ssl: "on", ssl_ca_file: "ca.pem", password_encryption: "scram-sha-256", ...settings },
  });
  const place = { host: "127.0.0.1", port };
  const put = async (name: string, text: string): Promise<void> => {
    const path = join(server.dataFolder, name);
    const owner = await stat(server.dataFolder);
    await writeFile(path, text);
    await chmod(path, 0o600);
    await chown(path, owner.uid, owner.gid);
  };
  const write = async ({ key, cert }: Certificate): Promise<void> => {
    await put("server.key", key);
    await put("server.crt", cert);
  };
  const remove = (): Promise<void> => server.remove();
  try {
    await write(certificate);
    await put("ca.pem", await readFile(authority.rootCert, "utf8"));
    await put("pg_hba.conf", rules);
    await server.start();
    const admin = connectTo(server);
    for (const role of ["tls_only", "plain_only", "certified", "anybody", "nobody"])
      await admin.unsafe(`CREATE ROLE ${role} LOGIN`);
    await admin.unsafe("CREATE ROLE secured LOGIN PASSWORD 'first'");
    await admin.end();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    server,
    place,
    remove,
    async serve(next) {
      await write(next);
      process.kill(server.postmasterPid(), "SIGHUP");
      const wanted = Buffer.from(next.cert.replace(/-----[^-]+-----|\s/g, ""), "base64");
      await waitFor("the certificate to be served", async () => (await servedBy(place)).equals(wanted));
    },
  };
}

/** The certificate that a server shows now. */
async function servedBy(place: { readonly host: string; readonly port: number }): Promise<Buffer> {
  const settings = aConnection(place, { tls: { mode: "require" } });
  const attempt = { address: settings.addresses[0], isEncrypted: true };
  const socket = await openSocket(attempt, settings, new AbortController().signal);
  const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate().raw : Buffer.alloc(0);
  socket.destroy();
  return certificate;
}

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type ConnectionOptions } from "node:tls";
import { PostgresFailure } from "./failure.ts";
import type { ConnectionSettings, SslMode } from "./settings.ts";

/** PostgreSQL's SSLRequest packet: length 8, code 80877103 (protocol manual, "SSL Session Encryption"). */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Connects a socket ready for the startup message, with TLS as `sslmode` demands.
 *
 * TLS is negotiated here and not by the driver: it reports a server without TLS as a bare ECONNRESET, and checks an
 * IP address against the name "localhost". The signal destroys the socket, whatever it waits for.
 */
export async function openSocket(settings: ConnectionSettings, signal: AbortSignal): Promise<Socket> {
  const isUnixSocket = settings.host.startsWith("/");
  // libpq ignores sslmode on Unix sockets.
  const isPlain = isUnixSocket || settings.sslMode === "disable";
  // Files first: a socket that waits for one has nobody who listens to its errors.
  const tls = isPlain ? undefined : await tlsOptions(settings);
  signal.throwIfAborted();
  const socket = isUnixSocket
    ? connect({ path: `${settings.host}/.s.PGSQL.${settings.port}` })
    : connect({ host: settings.host, port: settings.port, noDelay: true });
  const hangUp = (): void => void socket.destroy();
  signal.addEventListener("abort", hangUp, { once: true });
  await once(socket, "connect", { signal });
  if (tls === undefined || !(await supportsTls(socket, settings.sslMode, signal))) return socket;
  const encrypted = connectTls({ socket, ...tls });
  // Only one of the two may be destroyed: Node 20 and 24 crash (SIGSEGV) when the one below goes first.
  signal.removeEventListener("abort", hangUp);
  signal.addEventListener("abort", () => encrypted.destroy(), { once: true });
  await once(encrypted, "secureConnect", { signal }).catch((error: unknown) => {
    throw new PostgresFailure("connect", `TLS: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
  return encrypted;
}

/** Asks the server; throws when `sslmode` demands TLS and it has none. */
async function supportsTls(socket: Socket, sslMode: SslMode, signal: AbortSignal): Promise<boolean> {
  socket.write(sslRequest);
  const [answer]: unknown[] = await Promise.race([
    once(socket, "data", { signal }),
    once(socket, "close", { signal }),
  ]);
  if (socket.destroyed) throw new PostgresFailure("connect", "the server hung up when it was asked for TLS");
  // More than one byte here would be data smuggled in before encryption (CVE-2021-23222).
  if (!Buffer.isBuffer(answer) || answer.length !== 1)
    throw new PostgresFailure("protocol", "unexpected answer to the request for TLS");
  const isSupported = answer[0] === 0x53;
  if (isSupported || sslMode === "prefer") return isSupported;
  socket.destroy();
  throw new PostgresFailure("connect", `the server does not support TLS, but sslmode is ${sslMode}`);
}

async function tlsOptions(settings: ConnectionSettings): Promise<ConnectionOptions> {
  const servername = isIP(settings.host) === 0 ? { servername: settings.host } : {};
  if (settings.sslMode === "prefer" || settings.sslMode === "require")
    return { ...servername, rejectUnauthorized: false };
  const ca = settings.sslRootCert === undefined ? {} : { ca: await readFile(settings.sslRootCert) };
  const identity: ConnectionOptions["checkServerIdentity"] =
    settings.sslMode === "verify-ca"
      ? () => undefined
      : (_host, certificate) => checkServerIdentity(settings.host, certificate);
  return { ...servername, ...ca, checkServerIdentity: identity };
}

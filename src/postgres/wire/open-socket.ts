import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import {
  connect as connectTls,
  type ConnectionOptions,
  type PeerCertificate,
  type TLSSocket,
} from "node:tls";
import { printable } from "../../printable.ts";
import type { Attempt } from "../attempts/attempt.ts";
import { describeNames, isNamedFor } from "../tls/certificate-names.ts";
import { isSocket } from "../naming/connection-addresses.ts";
import { AttemptFailure, PostgresFailure, toAttemptFailure } from "../failure.ts";
import type { ConnectionSettings, ServerAddress, SslMode, TlsSettings } from "../settings.ts";
import { FileFailure } from "../../small-file.ts";
import { explainHangUp, explainTlsError } from "../tls/tls-failure.ts";
import { readTlsMaterial, type TlsMaterial } from "../tls/tls-material.ts";

/** PostgreSQL's SSLRequest packet: length 8, code 80877103 (protocol manual, "SSL Session Encryption"). */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** How PostgreSQL is called where TLS begins at once (17 and newer). */
const protocolName = "postgresql";

/**
 * Connects a socket ready for the startup message; a `TLSSocket` where it is encrypted. The signal destroys it, whatever it
 * waits for. Throws an `AttemptFailure` or a `PostgresFailure`; no socket is then left open.
 *
 * TLS is negotiated here and not by the driver: it reports a server without TLS as a bare ECONNRESET, and checks an
 * IP address against the name "localhost".
 */
export async function openSocket(
  attempt: Attempt,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<Socket> {
  // Files first: a socket that waits for one has nobody who listens to its errors.
  const material = attempt.isEncrypted ? await readMaterial(attempt.address, settings) : undefined;
  signal.throwIfAborted();
  const socket = startSocket(attempt.address, settings.keepaliveSeconds);
  // With TLS only the upper one may be destroyed: Node 20 and 24 crash (SIGSEGV) when the one below goes first.
  let uppermost = socket;
  signal.addEventListener("abort", () => uppermost.destroy(), { once: true });
  try {
    await once(socket, "connect", { signal }).catch((error: unknown) => {
      throw toAttemptFailure("unreachable", error);
    });
    if (material === undefined) return socket;
    const { tls } = settings;
    if (tls.negotiation === "postgres" && !(await supportsTls(socket, tls.mode, signal))) return socket;
    const encrypted = connectTls({ socket, ...tlsOptions(attempt, settings, material) });
    uppermost = encrypted;
    await shakeHands(encrypted, tls, signal);
    return encrypted;
  } catch (error) {
    uppermost.destroy();
    throw error;
  }
}

async function readMaterial(
  { host, port }: ServerAddress,
  { tls, user, database }: ConnectionSettings,
): Promise<TlsMaterial> {
  try {
    return await readTlsMaterial(tls, { host, port, user, database });
  } catch (error) {
    if (error instanceof FileFailure)
      throw new AttemptFailure("tls_failed", "connect", `TLS: ${error.message}`, {
        code: error.code,
        cause: error,
      });
    throw toAttemptFailure("tls_failed", error);
  }
}

function startSocket(address: ServerAddress, keepaliveSeconds: number | null): Socket {
  const { host, hostAddress, port } = address;
  if (isSocket(address)) {
    const path = `${host}/.s.PGSQL.${port}`;
    // Abstract sockets are not files: the system wants a zero byte where people write an @.
    return connect({ path: host.startsWith("@") ? `\0${path.slice(1)}` : path });
  }
  const keepAlive = {
    keepAlive: keepaliveSeconds !== null,
    keepAliveInitialDelay: 1000 * (keepaliveSeconds ?? 0),
  };
  return connect({ host: hostAddress ?? host, port, noDelay: true, ...keepAlive });
}

/** Asks the server; throws when `sslmode` demands TLS and it has none. */
async function supportsTls(socket: Socket, mode: SslMode, signal: AbortSignal): Promise<boolean> {
  socket.write(sslRequest);
  const [answer]: unknown[] = await Promise.race([
    once(socket, "data", { signal }),
    once(socket, "close", { signal }),
  ]);
  if (socket.destroyed) throw new PostgresFailure("connect", "the server hung up when it was asked for TLS");
  const text = Buffer.isBuffer(answer) ? answer.toString("latin1") : "";
  // Its words are not shown: nobody knows yet who says them (CVE-2024-10977).
  if (text.startsWith("E"))
    throw new PostgresFailure(
      "connect",
      "the server answered the request for TLS with an error: see its log",
    );
  // More than one byte here would be data smuggled in before encryption (CVE-2021-23222).
  if (text !== "S" && text !== "N")
    throw new PostgresFailure("protocol", "unexpected answer to the request for TLS");
  const isSupported = text === "S";
  if (isSupported || mode === "prefer") return isSupported;
  const advice = "turn on ssl at the server (or, in a network that you trust, write sslmode=disable)";
  const message = "the server does not support TLS";
  throw new AttemptFailure(
    "tls_failed",
    "connect",
    mode === "allow" ? message : `${message}, but sslmode is ${mode}: ${advice}`,
  );
}

async function shakeHands(encrypted: TLSSocket, tls: TlsSettings, signal: AbortSignal): Promise<void> {
  await once(encrypted, "secureConnect", { signal }).catch((error: unknown) => {
    if (error instanceof AttemptFailure) throw error;
    const { reason, message } = explainTlsError(error, tls) ?? explainHangUp(tls);
    throw new AttemptFailure("tls_failed", reason, message, { cause: error });
  });
  if (tls.negotiation === "postgres" || encrypted.alpnProtocol === protocolName) return;
  throw new AttemptFailure(
    "tls_failed",
    "connect",
    `what answers speaks TLS, but is no PostgreSQL: it does not know the protocol name "${protocolName}"`,
  );
}

function tlsOptions(
  { address: { host } }: Attempt,
  { tls }: ConnectionSettings,
  { secureContext, isChecked }: TlsMaterial,
): ConnectionOptions {
  const checkName = (_name: string, certificate: PeerCertificate): Error | undefined => {
    if (tls.mode !== "verify-full" || isNamedFor(host, certificate)) return undefined;
    const names = printable(describeNames(certificate).slice(0, 200));
    return new AttemptFailure(
      "tls_failed",
      "connect",
      `the server's certificate is for ${names}, not for ${printable(host)}: connect by one of its names`,
    );
  };
  return {
    secureContext,
    rejectUnauthorized: isChecked,
    checkServerIdentity: checkName,
    ...(tls.isNameSent && isIP(host) === 0 ? { servername: host } : {}),
    ...(tls.negotiation === "direct" ? { ALPNProtocols: [protocolName] } : {}),
  };
}

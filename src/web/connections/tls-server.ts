import { constants } from "node:crypto";
import { createServer, type Server, type TLSSocket } from "node:tls";

import { admits } from "./client-certificate.ts";
import type { TlsConfig } from "../config/web-config.ts";

/**
 * A server that listens nowhere: it shakes hands over connections that others accepted (`emit("connection")`), and
 * `onSecure` gets those that may come in. The connections of another configuration need another one.
 */
export function createTlsServer(
  tls: TlsConfig,
  limits: { readonly handshakeSeconds: number },
  onSecure: (socket: TLSSocket) => void,
): Server {
  const server = createServer({
    ...tls.context,
    // Another handshake over the same connection would take no turn.
    secureOptions: (tls.context.secureOptions ?? 0) | constants.SSL_OP_NO_RENEGOTIATION,
    requestCert: tls.clientAuthType !== "NoClientCert",
    // Judged below, by rules that Node does not know.
    rejectUnauthorized: false,
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: limits.handshakeSeconds * 1000,
  });
  server.on("secureConnection", (socket) => {
    socket.on("error", () => socket.destroy()); // the client hung up
    // Whoever says that nothing more comes still gets an answer.
    socket.allowHalfOpen = true;
    const certificate = socket.getPeerX509Certificate();
    if (admits(tls, { certificate, isVerified: socket.authorized })) onSecure(socket);
    else socket.destroy();
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

import type { Certificate } from "./certificates.ts";

/** How the server behaves once it has read the request for TLS. */
export type TlsBehaviour = {
  /** What it answers; nothing is silence. */
  readonly answer?: string;
  /** Present: it then shakes hands with this. */
  readonly certificate?: Pick<Certificate, "key" | "cert">;
  readonly maxVersion?: "TLSv1.2";
  /** Present: it does not wait for the request for TLS; these are the protocols it knows (ALPN). */
  readonly protocols?: readonly string[];
  /** Called with the name that the client asks for (SNI), if it names one. */
  readonly onName?: (name: string) => void;
  /** What it does instead of anything else. */
  readonly onRequest?: (socket: Socket) => void;
};

/** A server on 127.0.0.1 that knows PostgreSQL's request for TLS and sends back whatever comes after it. */
export type TlsServer = {
  readonly port: number;
  /** What came before TLS, as hexadecimal text, one for each connection. */
  readonly requests: readonly string[];
  /** How many connections are open on this side. */
  open(): number;
  /** How many there ever were. */
  connections(): number;
  close(): Promise<void>;
};

export async function startTlsServer(behaviour: TlsBehaviour): Promise<TlsServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // whoever hangs up on us is the test
    if (behaviour.protocols !== undefined) {
      answer(socket, behaviour);
      return;
    }
    socket.once("data", (chunk) => {
      requests.push(chunk.toString("hex"));
      if (behaviour.onRequest !== undefined) behaviour.onRequest(socket);
      else answer(socket, behaviour);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("expected a port");
  return {
    port: address.port,
    requests,
    open: () => sockets.size,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(socket: Socket, behaviour: TlsBehaviour): void {
  const { answer: text, certificate, maxVersion, protocols, onName } = behaviour;
  if (text !== undefined) socket.write(text);
  if (certificate === undefined) {
    socket.pipe(socket);
    return;
  }
  const encrypted = new TLSSocket(socket, {
    isServer: true,
    secureContext: createSecureContext({
      ...certificate,
      ...(maxVersion === undefined ? {} : { maxVersion }),
    }),
    ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }),
    ...(onName === undefined ? {} : { SNICallback: (name, done) => done(null, (onName(name), undefined)) }),
  });
  encrypted.on("error", () => socket.destroy()); // a client that does not trust us hangs up
  encrypted.pipe(encrypted);
}

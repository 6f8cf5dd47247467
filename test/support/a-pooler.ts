import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Something on 127.0.0.1 that answers the login in the server's place, as poolers do. */
export type Pooler = { readonly port: number; close(): Promise<void> };

const KEY_DATA = "K".charCodeAt(0);

/** Another pid than that of any backend: a pooler announces one of its own. */
const OWN_PID = 1;

/** A pooler with a connection of its own to the server behind this socket for each client. */
export async function startPooler(socketPath: string): Promise<Pooler> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const backend = connect(socketPath);
    for (const socket of [client, backend]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        client.destroy();
        backend.destroy();
        sockets.delete(socket);
      });
    }
    client.pipe(backend);
    relayLogin(backend, client);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Passes on what the server says, with another pid in BackendKeyData: one type byte, four of length, then the pid. */
function relayLogin(backend: Socket, client: Socket): void {
  let pending = Buffer.alloc(0);
  const relay = (chunk: Buffer): void => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 5 && pending.length >= 1 + pending.readUInt32BE(1)) {
      const message = Buffer.from(pending.subarray(0, 1 + pending.readUInt32BE(1)));
      pending = pending.subarray(message.length);
      const isKeyData = message[0] === KEY_DATA;
      if (isKeyData) message.writeUInt32BE(OWN_PID, 5);
      client.write(message);
      if (!isKeyData) continue;
      backend.off("data", relay);
      client.write(pending);
      backend.pipe(client);
      return;
    }
  };
  backend.on("data", relay);
}

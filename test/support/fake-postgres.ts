import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** Something that listens on 127.0.0.1, and counts who comes. */
export type Listener = {
  readonly port: number;
  /** How many connections are open on this side. */
  open(): number;
  close(): Promise<void>;
};

/** Listens, and does this with whoever connects. */
export async function listen(greet: (socket: Socket) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // whoever hangs up is the test
    socket.resume(); // else nobody would notice that
    greet(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Refuses whoever says anything, as a server without TLS does before it knows who we are. */
export function refuse(socket: Socket, code: string, message: string): void {
  socket.on("data", (chunk) => {
    // The request for TLS comes first.
    if (chunk.length === 8) {
      socket.write("N");
      return;
    }
    const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
    const head = Buffer.alloc(5);
    head.write("E");
    head.writeUInt32BE(body.length + 4, 1);
    socket.end(Buffer.concat([head, body]));
  });
}

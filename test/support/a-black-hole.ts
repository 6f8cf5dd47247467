import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** A server that lets everybody connect, and never says a word. */
export type BlackHole = {
  readonly port: number;
  /** How many connections were open at once, at most. */
  most(): number;
  /** How many were opened in all. */
  opened(): number;
  close(): Promise<void>;
};

/** Listens on the loopback interface. The test must `close()` it. */
export async function openBlackHole(): Promise<BlackHole> {
  const sockets = new Set<Socket>();
  let [most, opened] = [0, 0];
  const listener = createServer((socket) => {
    sockets.add(socket);
    opened += 1;
    most = Math.max(most, sockets.size);
    // Who does not read never learns that the other end is gone.
    socket
      .on("error", () => undefined)
      .on("close", () => sockets.delete(socket))
      .resume();
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address: AddressInfo | string | null = listener.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    most: () => most,
    opened: () => opened,
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
}

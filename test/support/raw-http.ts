import { connect, type Socket } from "node:net";

/** A connection to 127.0.0.1 that keeps what it hears. */
export type RawClient = {
  readonly socket: Socket;
  heard(): string;
  /** Resolves with all that was heard once the other side has hung up, however it did. */
  readonly ended: Promise<string>;
};

export function rawClient(port: number, localAddress = "127.0.0.1"): RawClient {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  let heard = "";
  socket.setEncoding("latin1").on("data", (text: string) => (heard += text));
  socket.on("error", () => undefined); // being hung up on is what this is for
  const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(heard)));
  return { socket, heard: () => heard, ended };
}

/** Longer than the server has patience with any connection that is not at rest. */
const PATIENCE_MS = 45_000;

/** Says this and returns all that comes back until the other side hangs up. Where it never does, the error says how far it came. */
export async function exchange(port: number, text: string): Promise<string> {
  const client = rawClient(port);
  client.socket.write(text, "latin1");
  let timer: NodeJS.Timeout | undefined;
  const inVain = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const { readyState, bytesRead, bytesWritten, localPort } = client.socket;
      const state = { readyState, bytesRead, bytesWritten, localPort, port, heard: client.heard() };
      client.socket.destroy();
      reject(new Error(`nobody hung up: ${JSON.stringify(state)}`));
    }, PATIENCE_MS);
  });
  return Promise.race([client.ended, inVain]).finally(() => clearTimeout(timer));
}

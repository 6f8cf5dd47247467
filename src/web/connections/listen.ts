import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/** Where to listen. */
export type ListenAddress = {
  /** `undefined`: every address of this machine. */
  readonly host: string | undefined;
  /** 0: any free one. */
  readonly port: number;
};

/** Where somebody listens. */
export type BoundAddress = { readonly address: string; readonly port: number };

export type Listeners = {
  readonly bound: readonly BoundAddress[];
  /** Nobody comes in from here on. */
  close(): void;
};

export type ListenHandlers = {
  readonly onConnection: (socket: Socket) => void;
  /** Told when a connection cannot be accepted, as when the process has too many files open. */
  readonly onError: (error: unknown) => void;
};

/** Listens at all of these addresses. Where one of them cannot be had, at none, and it throws. */
export async function listenAt(
  addresses: readonly ListenAddress[],
  { onConnection, onError }: ListenHandlers,
): Promise<Listeners> {
  const servers: Server[] = [];
  const close = (): void => {
    for (const server of servers) server.close();
  };
  try {
    const bound: BoundAddress[] = [];
    for (const { host, port } of addresses) {
      // Paused until somebody is ready to read; half open, as HTTP wants it.
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, onConnection);
      servers.push(server);
      server.listen({ port, ...(host === undefined ? {} : { host }) });
      await once(server, "listening");
      server.on("error", onError);
      const address = server.address();
      const isBound = typeof address === "object" && address !== null;
      bound.push(isBound ? address : { address: host ?? "", port });
    }
    return { bound, close };
  } catch (error) {
    close();
    throw error;
  }
}

import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";

/** A session in the bare protocol, for what no driver does: to send nothing, or bytes of another encoding. */
export type RawClient = {
  /** Sends the bytes as one statement, and waits until the server is ready for the next. Throws what the server reports. */
  query(statement: Buffer): Promise<void>;
  close(): void;
};

/** Logs in by a socket, without a password, and sends nothing more. `parameters` such as `client_encoding`. */
export async function connectRaw(
  server: { readonly socketFolder: string; readonly port: number },
  parameters: Readonly<Record<string, string>>,
): Promise<RawClient> {
  const socket = createConnection(join(server.socketFolder, `.s.PGSQL.${server.port}`));
  socket.on("error", () => socket.destroy()); // the server is stopped before us
  await once(socket, "connect");
  socket.write(startupMessage({ user: "postgres", database: "postgres", ...parameters }));
  await untilReady(socket);
  return {
    async query(statement) {
      socket.write(queryMessage(statement));
      await untilReady(socket);
    },
    close: () => socket.destroy(),
  };
}

/** The first message of a session. */
export function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flat();
  const body = Buffer.from(`\0\x03\0\0${pairs.map((text) => `${text}\0`).join("")}\0`);
  return Buffer.concat([lengthOf(body), body]);
}

/** One statement, or several. */
export function queryMessage(statement: Buffer): Buffer {
  const body = Buffer.concat([statement, Buffer.from([0])]);
  return Buffer.concat([Buffer.from("Q"), lengthOf(body), body]);
}

/** Reads messages up to ReadyForQuery (`Z`). */
function untilReady(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let unread = Buffer.alloc(0);
    let failure: Error | undefined;
    const settle = (): void => {
      socket.off("data", read).off("close", settle);
      if (failure === undefined && !socket.destroyed) resolve();
      else reject(failure ?? new Error("the server closed the connection"));
    };
    const read = (chunk: Buffer): void => {
      unread = Buffer.concat([unread, chunk]);
      for (let type = ""; type !== "Z" && unread.length >= 5;) {
        const end = 1 + unread.readUInt32BE(1);
        if (unread.length < end) return;
        type = String.fromCharCode(unread[0] ?? 0);
        if (type === "E") failure = new Error(unread.toString("latin1", 5, end));
        if (type === "Z") settle();
        unread = unread.subarray(end);
      }
    };
    socket.on("data", read).on("close", settle);
  });
}

function lengthOf(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return length;
}

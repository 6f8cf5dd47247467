import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

import {
  errorText,
  executeMessages,
  prepareMessages,
  queryMessage,
  startupMessage,
  takeMessages,
  terminateMessage,
  type ServerMessage,
} from "./wire-messages.ts";

/** Where a server listens that trusts us, and as whom to log in. */
export type WireAddress = {
  readonly socketFolder: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly applicationName: string;
};

/** The first column of each row, as text. */
export type WireRows = readonly (string | null)[];

/**
 * A connection with nothing between us and the server: what it costs there is what the statement costs. One thing at a time.
 */
export type WireClient = {
  /** Of the backend. */
  readonly pid: number;
  /** By the simple protocol. Throws what the server refuses; a transaction may then be aborted. */
  query(sql: string, patienceSeconds?: number): Promise<WireRows>;
  prepare(name: string, sql: string): Promise<void>;
  execute(name: string): Promise<WireRows>;
  close(): Promise<void>;
};

const PATIENCE_SECONDS = 60;

/** Throws where the server does not let us in. */
export async function openWire(address: WireAddress): Promise<WireClient> {
  const socket = createConnection({ path: `${address.socketFolder}/.s.PGSQL.${address.port}` });
  const replies = createReplies(socket);
  const { user, database, applicationName } = address;
  const hello = await replies.ask(
    startupMessage({ user, database, application_name: applicationName }),
    PATIENCE_SECONDS,
  );
  const key = hello.find(({ type }) => type === "K");
  if (key === undefined) throw new Error("the server announced no backend");
  const ask = async (request: Buffer, seconds = PATIENCE_SECONDS): Promise<WireRows> =>
    rowsOf(await replies.ask(request, seconds));
  return {
    pid: key.body.readInt32BE(0),
    query: (sql, seconds) => ask(queryMessage(sql), seconds),
    prepare: async (name, sql) => void (await ask(prepareMessages(name, sql))),
    execute: (name) => ask(executeMessages(name)),
    async close() {
      if (socket.destroyed) return;
      const closed = once(socket, "close");
      socket.end(terminateMessage());
      await closed;
    },
  };
}

type Waiting = {
  readonly got: ServerMessage[];
  readonly resolve: (messages: readonly ServerMessage[]) => void;
  readonly reject: (error: Error) => void;
};

/** Sends one request at a time, and collects what comes until the server is ready for the next. */
function createReplies(socket: Socket) {
  let received = Buffer.alloc(0);
  let waiting: Waiting | null = null;
  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = null;
    socket.destroy();
  };
  socket.on("error", fail);
  // What the server said before it hung up is why.
  socket.on("close", () => {
    const last = waiting?.got.find(({ type }) => type === "E");
    fail(new Error(last === undefined ? "the server closed the connection" : errorText(last.body)));
  });
  socket.on("data", (chunk: Buffer) => {
    const taken = takeMessages(received.length === 0 ? chunk : Buffer.concat([received, chunk]));
    received = Buffer.from(taken.rest);
    for (const message of taken.messages) {
      waiting?.got.push(message);
      if (message.type !== "Z") continue;
      const { got, resolve } = waiting ?? { got: [], resolve: () => undefined };
      waiting = null;
      resolve(got);
    }
  });

  return {
    async ask(request: Buffer, seconds: number): Promise<readonly ServerMessage[]> {
      if (waiting !== null) throw new Error("one request at a time");
      if (socket.destroyed) throw new Error("the connection is closed");
      const answer = new Promise<readonly ServerMessage[]>((resolve, reject) => {
        waiting = { got: [], resolve, reject };
      });
      const late = setTimeout(() => fail(new Error(`no answer within ${seconds} s`)), 1000 * seconds);
      socket.write(request);
      try {
        return await answer;
      } finally {
        clearTimeout(late);
      }
    },
  };
}

function rowsOf(messages: readonly ServerMessage[]): WireRows {
  const refused = messages.find(({ type }) => type === "E");
  if (refused !== undefined) throw new Error(errorText(refused.body));
  return messages.filter(({ type }) => type === "D").map(({ body }) => firstColumn(body));
}

/** A row is the number of its columns, then of each its length, or -1 for NULL, and its bytes. */
function firstColumn(row: Buffer): string | null {
  if (row.readInt16BE(0) === 0) return null;
  const length = row.readInt32BE(2);
  return length < 0 ? null : row.toString("utf8", 6, 6 + length);
}

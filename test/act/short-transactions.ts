import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";

import { queryMessage, startupMessage } from "../observe/raw-client.ts";
import type { Random } from "../support/random-looks.ts";

/** Where one session stood when it ended, told by what went over its wire and in which order. */
export type Life = {
  /** Its `application_name`, used once: no other session ever had it. */
  readonly name: string;
  /** Its last transaction: the number that stands in its statement, and the id that the server gave it, once it answered. */
  transaction: number;
  xid: string | null;
  /** The server has answered the COMMIT of that transaction. */
  isAcknowledged: boolean;
  /** SQLSTATE of what ended the session, EPIPE where it was not read in time; `null` while nothing did. */
  endedBy: string | null;
};

type Place = { readonly socketFolder: string; readonly port: number };

/** Sessions that do short transactions, one after the other, and begin anew when they are ended. */
export type Crowd = {
  /** Every session that was ended, in order. */
  readonly ended: readonly Life[];
  stop(): Promise<void>;
};

/** Transactions of 5 to 35 ms that are idle nearly all the time, with 0 to 4 ms between them. */
export function startCrowd(place: Place, size: number, random: Random): Crowd {
  const leaving = new AbortController();
  const ended: Life[] = [];
  const members = Array.from({ length: size }, async (_, member) => {
    for (let session = 1; !leaving.signal.aborted; session += 1) {
      const life = await live(place, `race ${member}-${session}`, random, leaving.signal);
      if (life.endedBy !== null) ended.push(life);
    }
  });
  const all = Promise.all(members);
  all.catch(() => undefined);
  return {
    ended,
    async stop() {
      leaving.abort();
      await all;
    },
  };
}

/** One session, from its login to its end. */
async function live(place: Place, name: string, random: Random, leaving: AbortSignal): Promise<Life> {
  const socket = createConnection(join(place.socketFolder, `.s.PGSQL.${place.port}`));
  const nothing = { transaction: 0, xid: null, isAcknowledged: false };
  const life: Life = { name, ...nothing, endedBy: null };
  const untilReady = listen(socket, life);
  const send = async (message: Buffer, meanwhile: Partial<Life>): Promise<void> => {
    const before = { ...life };
    Object.assign(life, meanwhile);
    // A server that is gone has not taken the message, and what it said last is lost.
    socket.write(
      message,
      (error) => error && Object.assign(life, before, { endedBy: life.endedBy ?? "EPIPE" }),
    );
    await untilReady();
  };
  try {
    await once(socket, "connect");
    await send(startupMessage({ user: "app", database: "postgres", application_name: name }), {});
    while (!leaving.aborted && life.endedBy === null) {
      const transaction = life.transaction + 1;
      const begin = Buffer.from(`BEGIN; SELECT pg_current_xact_id()::text /* ${transaction} */`);
      await send(queryMessage(begin), { ...nothing, transaction });
      await setTimeout(5 + random.below(31));
      await setImmediate(); // what has arrived meanwhile is read first
      if (life.endedBy !== null) break;
      await send(queryMessage(Buffer.from("COMMIT")), {});
      await setTimeout(random.below(5));
      await setImmediate();
    }
  } catch (error) {
    if (life.endedBy === null) throw error;
  } finally {
    socket.destroy();
  }
  return life;
}

/** Notes each message in the order of the wire. What it returns waits until the server is ready for the next statement. */
function listen(socket: Socket, life: Life): () => Promise<void> {
  const closed = new Error(`${life.name}: the server closed the connection`);
  let unread = Buffer.alloc(0);
  let waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;
  socket.on("error", () => undefined);
  socket.on("close", () => waiting?.reject(closed));
  socket.on("data", (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    for (;;) {
      const end = unread.length < 5 ? Infinity : 1 + unread.readUInt32BE(1);
      if (unread.length < end) return;
      const type = String.fromCharCode(unread[0] ?? 0);
      note(life, type, unread.subarray(5, end));
      if (type === "Z") waiting?.resolve();
      unread = unread.subarray(end);
    }
  });
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      if (socket.destroyed) reject(closed);
    });
}

/** E: error; C: a statement is done; D: the one column of a row. */
function note(life: Life, type: string, body: Buffer): void {
  if (type === "E") life.endedBy ??= /(?:^|\0)C([^\0]{5})\0/.exec(body.toString("latin1"))?.[1] ?? "none";
  if (type === "C" && body.toString("latin1") === "COMMIT\0") life.isAcknowledged = true;
  if (type === "D") life.xid = body.toString("latin1", 6);
}

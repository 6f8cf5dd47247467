import { PostgresFailure } from "../failure.ts";
import { createBacklog } from "./backlog.ts";
import { createLoginRequests } from "./login-requests.ts";
import { noPostgres } from "./no-postgres.ts";
import { createReplyRows } from "./reply-rows.ts";
import { isWellFormed } from "./well-formed.ts";

/** The message types that a server may send, by how far we are (protocol manual, "Message Flow"). */
const expected = {
  login: "REN",
  /** We are let in, but the server is not ready for a query. */
  start: "SKNEZ",
  idle: "SNAE",
  /** We asked something. No COPY, no cursor, no function call: we never send what these answer. */
  asked: "12tTnDCIEZSNA",
} as const;

type Stage = keyof typeof expected;

/** What changes nothing for us. The driver would keep each parameter that it is told of. */
const unread = "SNA";

/** The most that one reply may weigh. The candidates of a look are bounded in SQL, its groups are not: there are as many as sessions at most. */
const REPLY_LIMIT_BYTES = 64 * 1024 * 1024;
/** The most that a server may send of itself, between two queries or up to the first. */
const UNASKED_LIMIT_BYTES = 64 * 1024;

/** The most that a message may weigh, but for a row; and a request to log in (libpq's bound). */
const LONGEST_MESSAGE_BYTES = 64 * 1024;
const LONGEST_REQUEST_BYTES = 2000;

/** What a message costs us at the least, however short it is: an empty row is an object, too. */
const LEAST_COST_BYTES = 64;

/** Type and length. */
const HEAD_BYTES = 5;

/** Follows what a server sends, message by message. */
export type ReplyInspector = {
  /** The server is satisfied who we are. */
  isLoggedIn(): boolean;
  /** We sent something. */
  sent(): void;
  /**
   * What of these bytes, and those before, the driver may read now: whole messages that came at their time and are well-formed.
   * Throws a `PostgresFailure` where the server is not to be heard any longer.
   */
  read(chunk: Buffer): Buffer;
};

/** Nothing has been sent yet. */
export function createReplyInspector(): ReplyInspector {
  const backlog = createBacklog();
  const requests = createLoginRequests();
  let stage: Stage = "login";
  let spentBytes = 0;
  let rows = createReplyRows();

  function enter(next: Stage): void {
    stage = next;
    spentBytes = 0;
    rows = createReplyRows();
  }

  /** How long the message is that begins here; all that can be said against it is in its head. */
  function lengthOf(bytes: Buffer): number {
    const type = bytes.toString("latin1", 0, 1);
    const length = bytes.readUInt32BE(1);
    if (stage === "login" && spentBytes === 0 && isBareError(bytes)) throw refusedBeforeLogin();
    checkHead(stage, type, length);
    checkWeight(stage, spentBytes + length);
    return length + 1;
  }

  function follow(type: string, body: Buffer): void {
    if (type === "R") {
      requests.read(body);
      if (requests.isDone()) enter("start");
    } else if (!isWellFormed(type, body)) throw noPostgres();
    else if (type === "Z") enter("idle");
    else if (type === "T") rows.describe(body);
    else if (type === "D") {
      spentBytes += rows.costOf(body);
      checkWeight(stage, spentBytes);
    }
  }

  return {
    isLoggedIn: () => stage !== "login",
    sent() {
      if (stage === "idle") enter("asked");
    },
    read(chunk) {
      backlog.add(chunk);
      const bytes = backlog.bytes();
      const passed: Buffer[] = [];
      let at = 0;
      while (bytes.length - at >= HEAD_BYTES) {
        const end = at + lengthOf(bytes.subarray(at));
        if (end > bytes.length) break;
        const message = bytes.subarray(at, end);
        const type = message.toString("latin1", 0, 1);
        spentBytes += Math.max(message.length, LEAST_COST_BYTES);
        follow(type, message.subarray(HEAD_BYTES));
        if (!unread.includes(type)) passed.push(message);
        at = end;
      }
      if (at > 0) backlog.drop(at);
      return Buffer.concat(passed);
    },
  };
}

function checkHead(stage: Stage, type: string, length: number): void {
  if (!expected[stage].includes(type) || length < 4) throw noPostgres();
  if (type !== "D" && length > LONGEST_MESSAGE_BYTES) throw noPostgres();
  if (type === "R" && length > LONGEST_REQUEST_BYTES) throw noPostgres();
}

function checkWeight(stage: Stage, bytes: number): void {
  if (stage === "asked" && bytes > REPLY_LIMIT_BYTES)
    throw tooMuch(`a reply of over ${REPLY_LIMIT_BYTES} bytes`);
  if (stage !== "asked" && bytes > UNASKED_LIMIT_BYTES)
    throw tooMuch(`over ${UNASKED_LIMIT_BYTES} bytes that nobody asked for`);
}

/** A postmaster that cannot start a process says so in text behind an E, without a length, and hangs up. */
function isBareError(bytes: Buffer): boolean {
  const isText = bytes.subarray(1, HEAD_BYTES).every((byte) => byte >= 0x20);
  return bytes.toString("latin1", 0, 1) === "E" && isText;
}

/** Its words are not shown: nobody knows yet who says them (CVE-2024-10977). */
function refusedBeforeLogin(): PostgresFailure {
  return new PostgresFailure("connect", "the server refused before the login: see its log");
}

function tooMuch(what: string): PostgresFailure {
  return new PostgresFailure("protocol", `${what}: the connection was given up`);
}

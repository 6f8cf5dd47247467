/** The messages of PostgreSQL's protocol, version 3, that a client without a password needs. */

/** One message of the server: its type, a letter, and what follows its length. */
export type ServerMessage = { readonly type: string; readonly body: Buffer };

/** The first message of a connection. */
export function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const fields = Object.entries(parameters).flatMap(([name, value]) => [text(name), text(value)]);
  const version = Buffer.from([0, 3, 0, 0]);
  return withLength(Buffer.concat([version, ...fields, Buffer.from([0])]));
}

/** Runs statements by the simple protocol. */
export function queryMessage(sql: string): Buffer {
  return message("Q", text(sql));
}

/** Prepares a statement without parameters. */
export function prepareMessages(name: string, sql: string): Buffer {
  return Buffer.concat([message("P", text(name), text(sql), int16(0)), message("S")]);
}

/** Runs a prepared statement, and asks for all rows as text. */
export function executeMessages(name: string): Buffer {
  const bind = message("B", text(""), text(name), int16(0), int16(0), int16(0));
  const execute = message("E", text(""), Buffer.alloc(4));
  return Buffer.concat([bind, execute, message("S")]);
}

export function terminateMessage(): Buffer {
  return message("X");
}

/** Takes the whole messages off what has come; `rest` is the beginning of the next. */
export function takeMessages(received: Buffer): {
  readonly messages: readonly ServerMessage[];
  readonly rest: Buffer;
} {
  const messages: ServerMessage[] = [];
  let at = 0;
  while (received.length - at >= 5) {
    const end = at + 1 + received.readInt32BE(at + 1);
    if (received.length < end) break;
    messages.push({ type: String.fromCharCode(received[at] ?? 0), body: received.subarray(at + 5, end) });
    at = end;
  }
  return { messages, rest: received.subarray(at) };
}

/** What an ErrorResponse says: its fields are a letter and a text each, `M` is the message. */
export function errorText(body: Buffer): string {
  const fields = body.toString("utf8").split("\0");
  return fields.find((field) => field.startsWith("M"))?.slice(1) ?? "an error without a message";
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(type, "latin1"), withLength(Buffer.concat(parts))]);
}

/** The length counts itself. */
function withLength(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, "utf8");
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

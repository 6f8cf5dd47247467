import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { connect } from "../../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../../src/postgres/deadline.ts";
import type { PostgresFailure } from "../../../src/postgres/failure.ts";
import { aConnection } from "../../support/a-connection.ts";
import {
  dataRow,
  int16,
  int32,
  loginRequest,
  ready,
  rowDescription,
  serverMessage as message,
  welcome,
} from "../../support/server-messages.ts";
import { waitFor } from "../../support/wait-for.ts";

let server: Server;
let sockets: Set<Socket>;
let received: string[];
/** What it answers to the startup message, and to whatever comes then. */
let answers: Buffer[];

beforeEach(async () => {
  sockets = new Set();
  received = [];
  answers = [];
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // whoever hangs up is the test
    socket.on("data", (chunk) => {
      received.push(chunk.toString("latin1"));
      const answer = answers.shift();
      if (answer !== undefined) socket.write(answer);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, "close");
});

async function failureWith(password = "hunter2", seconds = 3): Promise<PostgresFailure> {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const settings = aConnection(
    { host: "127.0.0.1", port },
    { password: { type: "given", secret: password } },
  );
  const failure: unknown = await connect(settings, {
    deadline: startDeadline(seconds),
    lookTimeoutSeconds: seconds,
  }).catch((error: unknown) => error);
  await waitFor("the connection to be gone", () => sockets.size === 0);
  return Object(failure);
}

const scram = loginRequest(10, "SCRAM-SHA-256\0\0");
const challenge = loginRequest(11, "r=x,s=YQ==,i=4096");
const letIn = loginRequest(0);

describe("what a server says that is none, or means harm, is a failure and nothing else", () => {
  test.for([
    ["a web server", [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")]],
    ["zeroes", [Buffer.alloc(64)]],
    ["a request to log in without a method", [message("R")]],
    ["one in small pieces", [Buffer.from("R\0\0")]],
    ["one that is too long", [loginRequest(3, "x".repeat(3000))]],
    ["an answer of many bytes before we are let in", [Buffer.from([0x53, 0x7f, 0, 0, 0])]],
    ["a refusal without end", [Buffer.from([0x45, 0x7f, 0, 0, 0])]],
    ["a result before we are let in", [message("D", "x")]],
    ["a message without a length", [Buffer.concat([letIn, Buffer.from([0x53, 0, 0, 0, 3])])]],
    ["another request to log in, once we are in", [Buffer.concat([letIn, message("R")])]],
    ["a message that no server sends", [Buffer.concat([letIn, message("X")])]],
    ["a result that nobody asked for", [Buffer.concat([welcome, message("C", "SELECT 0\0")])]],
    ["a second readiness", [Buffer.concat([welcome, ready])]],
    ["its proof left out", [scram, challenge, letIn]],
    ["the same challenge twice", [scram, Buffer.concat([challenge, challenge])]],
    ["a challenge that nobody began", [challenge]],
    ["a pause of a cursor", [welcome, message("s")]],
    ["a wish for a COPY", [welcome, message("G", "\0", int16(0))]],
    ["an offer of a COPY", [welcome, message("H", "\0", int16(0))]],
    ["both of them", [welcome, message("W", "\0", int16(0))]],
    ["what a function returns", [welcome, message("V", int32(-1))]],
    ["a column name without an end", [welcome, message("T", int16(1), "abc")]],
    ["a very long list of columns", [welcome, rowDescription(["x".repeat(70_000)])]],
    ["a row that is shorter than its values", [welcome, message("D", int16(1), int32(9), "abc")]],
    ["a row before its columns", [welcome, dataRow(["1"])]],
    ["an end without a result", [welcome, ready]],
    ["an error without a message", [welcome, message("E", "SERROR\0\0")]],
  ] as const)("%s", async ([, bytes]) => {
    const driverSays = vi.spyOn(console, "error");
    answers.push(...bytes);
    // The rest of the message that came in pieces.
    if (bytes[0].length === 3) setImmediate(() => void sendOn());
    const failure = await failureWith();
    expect(failure).toMatchObject({
      name: "PostgresFailure",
      reason: "protocol",
      message: "what answers does not speak PostgreSQL's protocol",
    });
    expect(driverSays).not.toHaveBeenCalled();
    driverSays.mockRestore();
  });

  test.for([
    [loginRequest(11, "nope"), "the server's request for the password is malformed"],
    [loginRequest(11, "r=x,s=YQ==,i=2000000000"), "hashed 2000000000 times: at most 100000 are done"],
  ] as const)("a harmful challenge: %o", async ([request, why]) => {
    answers.push(scram, request);
    const failure = await failureWith();
    expect(failure).toMatchObject({ reason: "protocol", message: expect.stringContaining(why) });
    expect(received.join("")).not.toContain("hunter2");
  });

  test.for([
    [7, "GSSAPI"],
    [9, "SSPI"],
    [99, "method 99"],
  ] as const)("a way to log in that we do not know: %s", async ([method, name]) => {
    answers.push(loginRequest(method));
    expect(await failureWith()).toMatchObject({
      reason: "auth",
      message: `the server wants us to log in by ${name}, which pgleash does not know: use a password or a certificate`,
    });
  });
});

test("a server that wants a password, and there is none, is told nothing", async () => {
  answers.push(loginRequest(3));
  const failure = await failureWith("");
  expect(failure).toMatchObject({
    reason: "auth",
    message:
      "the server wants a password, and there is none: give it in PGPASSWORD, ~/.pgpass or password_file",
  });
  expect(received).toHaveLength(1);
});

test("a server's own words are its own, whatever it calls its errors", async () => {
  answers.push(message("E", "SFATAL\0VFATAL\0CCERT_REVOKED\0Mgo away\0\0"));
  expect(await failureWith()).toMatchObject({ reason: "protocol", message: "go away", end: "login_refused" });
});

test("an honest server is heard", async () => {
  const error = message("E", "SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0");
  answers.push(loginRequest(3), error);
  expect(await failureWith()).toMatchObject({ reason: "auth", code: "28P01", end: "login_refused" });
  expect(received[1]).toContain("hunter2");
});

async function sendOn(): Promise<void> {
  const [socket] = await waitFor("the first piece", () => (received.length > 0 ? [...sockets] : undefined));
  socket?.write(Buffer.from([0, 4]));
}

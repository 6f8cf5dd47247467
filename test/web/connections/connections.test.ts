import { once } from "node:events";
import { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";

import { createConnections } from "../../../src/web/connections/connections.ts";
import { builtInLimits, type Limits } from "../../../src/web/connections/limits.ts";
import { changeableWebConfig, serveSome, type SomeServer } from "../../support/a-web-server.ts";
import { exchange, rawClient, type RawClient } from "../../support/raw-http.ts";

const servers: SomeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const largePage = Buffer.alloc(20_000_000, "x");

async function serve(limits: Partial<Limits> = {}): Promise<number> {
  const web = changeableWebConfig({ headers: { "Strict-Transport-Security": "max-age=1" } });
  const server = await serveSome({ metricsPage: () => Promise.resolve(largePage) }, { limits, web });
  servers.push(server);
  return server.port;
}

const hello = "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n";
const scrape = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

async function answerOf(client: RawClient, asks = hello): Promise<string> {
  client.socket.write(asks);
  const [heard] = await once(client.socket, "data");
  return String(heard);
}

/** Has begun to read a large page, and reads no more. */
async function slowReader(port: number, localAddress: string): Promise<RawClient> {
  const client = rawClient(port, localAddress);
  await answerOf(client, scrape);
  client.socket.pause();
  return client;
}

describe("where there are enough connections", () => {
  test("one more of whoever has most closes one of theirs, and none of a newcomer", async () => {
    const port = await serve({ mostConnections: 4 });
    const crowd = [];
    for (let index = 0; index < 4; index += 1) crowd.push(await slowReader(port, "127.0.0.2"));
    const newcomer = rawClient(port);
    await once(newcomer.socket, "connect");
    crowd.push(await slowReader(port, "127.0.0.2"), await slowReader(port, "127.0.0.2"));
    expect(await answerOf(newcomer)).toContain("200 OK");
    for (const { socket } of crowd) socket.destroy();
    newcomer.socket.destroy();
  });

  test("each that comes closes another one, also when they come at once", () => {
    const limits = { ...builtInLimits, mostConnections: 2 };
    const connections = createConnections({ limits, now: () => 0, onSlowRequest: () => undefined });
    const sockets = Array.from({ length: 5 }, () => new Socket());
    for (const socket of sockets) connections.admit(socket);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true, true, false, false]);
    for (const socket of sockets) socket.destroy();
  });
});

test("a connection that is gone does not count any more, whatever had come over it before", async () => {
  const limits = { ...builtInLimits, mostConnections: 1 };
  const connections = createConnections({ limits, now: () => 0, onSlowRequest: () => undefined });
  const socket = new Socket();
  const connection = connections.admit(socket);
  connections.speakHttp(connection, { stream: socket, tls: null, next: () => undefined });
  connections.begin(socket);
  connections.end(connection);
  socket.destroy();
  await once(socket, "close");
  connections.start(connection);
  await expect(connections.close()).resolves.toBeUndefined();
});

describe("a connection that had its answer", () => {
  test("may rest for longer than a request may take", async () => {
    const port = await serve({ requestSeconds: 0.3 });
    const client = rawClient(port);
    await answerOf(client);
    await rawClient(port).ended;
    expect(await answerOf(client)).toContain("200 OK");
    client.socket.destroy();
  });

  test("has as long for its next request, from the first byte on", async () => {
    const port = await serve({ requestSeconds: 0.3 });
    const client = rawClient(port);
    await answerOf(client);
    await rawClient(port).ended;
    client.socket.write("\r\nGET");
    expect(await client.ended).toMatch(/HTTP\/1\.1 408 /);
  });
});

describe("whoever says that nothing more comes", () => {
  test.for([1, 3])("still gets the answers to %d requests", async (count) => {
    const client = rawClient(await serve());
    client.socket.end(hello.repeat(count));
    expect((await client.ended).match(/healthy\./g)).toHaveLength(count);
  });

  test("still gets the whole of a large one", async () => {
    const client = rawClient(await serve());
    client.socket.end(scrape);
    expect((await client.ended).length).toBeGreaterThan(largePage.length);
  });

  test("in the middle of a request is refused", async () => {
    const client = rawClient(await serve());
    client.socket.end("GET /-/hea");
    expect(await client.ended).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("what is refused before a request was read", () => {
  test.for([
    ["junk", "junk\r\n\r\n", 400],
    ["too many headers", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(17_000)}\r\n\r\n`, 431],
    ["CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405],
    ["a request that never ends", "GET / HTTP/1.1\r\n", 408],
  ] as const)("(%s) says what every answer says", async ([, text, status]) => {
    const answer = await exchange(await serve({ requestSeconds: 0.3 }), text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain("Cache-Control: no-store\r\n");
    expect(answer).toContain("X-Content-Type-Options: nosniff\r\n");
    expect(answer).toContain("Content-Security-Policy: default-src 'none';");
    expect(answer).toContain("Strict-Transport-Security: max-age=1\r\n");
  });
});

test("whoever expects something else of the server gets an answer, and may ask again", async () => {
  const client = rawClient(await serve());
  const asks = "GET /-/healthy HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n";
  expect(await answerOf(client, asks)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await answerOf(client)).toMatch(/^HTTP\/1\.1 200 /);
  client.socket.destroy();
});

test("a body that is announced and sent is refused once, and is no request", async () => {
  const asks = `PUT /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: ${hello.length}\r\nExpect: 100-continue\r\n\r\n`;
  const answer = await exchange(await serve(), `${asks}${hello}`);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain("Cache-Control: no-store\r\n");
  expect(answer.match(/^HTTP\//gm)).toHaveLength(1);
});

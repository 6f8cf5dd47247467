import { once } from "node:events";
import { Agent, get } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";

import type { Content } from "../../src/web/content.ts";
import type { Limits } from "../../src/web/connections/limits.ts";
import { serveSome, type SomeServer } from "../support/a-web-server.ts";
import { exchange, rawClient } from "../support/raw-http.ts";

const servers: SomeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(content: Partial<Content> = {}, limits: Partial<Limits> = {}): Promise<number> {
  const server = await serveSome(content, { limits });
  servers.push(server);
  return server.port;
}

const host = "Host: x\r\n";
const hello = `GET /-/healthy HTTP/1.1\r\n${host}`;

describe("a request that is none", () => {
  test.for([
    ["no HTTP", "\u0016\u0003\u0001hello\r\n\r\n", 400],
    ["another protocol", "SSH-2.0-x\r\n\r\n", 400],
    ["no path", "GET\r\n\r\n", 400],
    ["a path that is none", `GET ../../etc/passwd HTTP/1.1\r\n${host}\r\n`, 400],
    ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["a header without a name", `GET / HTTP/1.1\r\n${host}: x\r\n\r\n`, 400],
    ["a header with a name of two words", `GET / HTTP/1.1\r\n${host}x y: 1\r\n\r\n`, 400],
    ["a header with a NUL", `GET / HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, 400],
    ["a bare line break in a header", `GET / HTTP/1.1\r\n${host}X: a\rb\r\n\r\n`, 400],
    ["two lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
    [
      "a length and chunks",
      `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ["a length that is none", `POST / HTTP/1.1\r\n${host}Content-Length: x\r\n\r\n`, 400],
    ["headers of 17 kB", `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(17_000)}\r\n\r\n`, 431],
    ["a path of 17 kB", `GET /${"x".repeat(17_000)} HTTP/1.1\r\n${host}\r\n`, 414],
    ["a path of 5 kB", `GET /${"x".repeat(5000)} HTTP/1.1\r\n${host}\r\n`, 414],
    ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", 405],
  ] as const)("(%s) is refused, and the connection ends", async ([, text, status]) => {
    const answer = await exchange(await serve(), text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain("connection: close");
    expect(answer.match(/^HTTP\//gm)).toHaveLength(1);
  });

  test("leaves the others alone", async () => {
    const port = await serve();
    await exchange(port, "junk\r\n\r\n");
    expect(await exchange(port, `${hello}Connection: close\r\n\r\n`)).toContain("200 OK");
  });
});

describe("a path is what it is", () => {
  test.for([
    "/../metrics",
    "/./metrics",
    "//metrics",
    "/-/healthy/..",
    "/%2e%2e/metrics",
    "/metrics%00",
    "/metrics;x",
    "/..\\..\\etc\\passwd",
    "/api/v1/../../metrics",
    "http://evil.example/metrics",
    "*",
  ])("%s is not found", async (path) => {
    const answer = await exchange(await serve(), `GET ${path} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });

  test("nothing of a request comes back in a header", async () => {
    const path = "/%0d%0aSet-Cookie:%20a=b?x=%0d%0aX-Evil:%201";
    const text = `GET ${path} HTTP/1.1\r\n${host}X-Request-Id: marked\r\nConnection: close\r\n\r\n`;
    const [head = ""] = (await exchange(await serve(), text)).split("\r\n\r\n");
    expect(head).not.toMatch(/cookie|evil|marked/i);
  });
});

describe("a body", () => {
  test.for([
    ["with a length", "POST", "Content-Length: 4\r\n\r\nabcd"],
    ["in chunks", "POST", "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"],
    ["of a GET", "GET", "Content-Length: 4\r\n\r\nabcd"],
    ["that asks whether it may come", "PUT", "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n"],
    ["of 100 MB that never comes", "POST", "Content-Length: 100000000\r\n\r\n"],
  ] as const)("%s is refused with 413, and the connection ends", async ([, method, rest]) => {
    const answer = await exchange(await serve(), `${method} /-/reload HTTP/1.1\r\n${host}${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain("Connection: close");
    expect(answer).not.toContain("100 Continue");
  });

  test("that is empty is none", async () => {
    const text = `POST /-/reload HTTP/1.1\r\n${host}Content-Length: 0\r\nConnection: close\r\n\r\n`;
    expect(await exchange(await serve(), text)).toContain("200 OK");
  });
});

describe("a method", () => {
  test.for(["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND"])(
    "%s gets 405",
    async (method) => {
      const text = `${method} /metrics HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
      const answer = await exchange(await serve(), text);
      expect(answer).toMatch(/^HTTP\/1\.1 405 /);
      expect(answer).toContain("Allow: GET, HEAD\r\n");
    },
  );
});

describe("a connection", () => {
  test("serves one request after the other", async () => {
    const port = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let turn = 0; turn < 5; turn += 1) {
      const [response] = await once(get({ port, host: "127.0.0.1", path: "/metrics", agent }), "response");
      ports.add(response.socket.localPort);
      expect((await buffer(response)).toString()).toBe("pgleash_up 1\n");
    }
    agent.destroy();
    expect(ports.size).toBe(1);
  });

  test.for([1, 7, 100_000])(
    "with requests that do not wait, %d bytes at a time, has them answered one by one",
    async (bytes) => {
      const pages = { asked: 0, underWay: 0, most: 0 };
      const metricsPage = async (): Promise<Buffer> => {
        pages.most = Math.max(pages.most, (pages.underWay += 1));
        await new Promise(setImmediate);
        pages.underWay -= 1;
        return Buffer.from(`page ${(pages.asked += 1)}\n`);
      };
      const client = rawClient(await serve({ metricsPage }));
      client.socket.setNoDelay(true);
      const requests = `GET /metrics HTTP/1.1\r\n${host}\r\n`.repeat(20);
      const text = `\r\n\n${requests}${hello}Connection: close\r\n\r\n${requests}`;
      for (let start = 0; start < text.length; start += bytes)
        client.socket.write(text.slice(start, start + bytes));
      const answers = await client.ended;
      expect(answers.match(/^page \d+$/gm)).toEqual(
        Array.from({ length: 20 }, (_, index) => `page ${index + 1}`),
      );
      expect(answers).toMatch(/healthy\.\n$/);
      expect(pages).toEqual({ asked: 20, underWay: 0, most: 1 });
    },
  );

  test("with a request that comes while another one is answered has it answered next", async () => {
    const answers: ((page: Buffer) => void)[] = [];
    const metricsPage = (): Promise<Buffer> => new Promise((resolve) => answers.push(resolve));
    const client = rawClient(await serve({ metricsPage }));
    const asks = `GET /metrics HTTP/1.1\r\n${host}\r\n`;
    client.socket.write(asks);
    await expect.poll(() => answers.length).toBe(1);
    client.socket.write(asks);
    await once(rawClient(await serve()).socket, "connect");
    expect(answers).toHaveLength(1);
    answers[0]?.(Buffer.from("first\n"));
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.(Buffer.from("second\n"));
    await expect.poll(() => client.heard()).toMatch(/first\n.*second\n$/s);
    client.socket.destroy();
  });

  test("of which no whole request comes in time ends with 408", async () => {
    const port = await serve({}, { requestSeconds: 0.5 });
    const client = rawClient(port);
    const timer = setInterval(() => client.socket.write("X: y\r\n"), 50);
    client.socket.write(hello);
    const answer = await client.ended;
    clearInterval(timer);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("that says nothing at all ends, too, and so does one that says nothing more", async () => {
    const port = await serve({}, { requestSeconds: 0.5, idleSeconds: 0.5 });
    await rawClient(port).ended;
    const idle = rawClient(port);
    idle.socket.write(`${hello}\r\n`);
    expect(await idle.ended).toMatch(/^HTTP\/1\.1 200 .*healthy\.\n$/s);
  });

  test("whose client does not read its answer ends", async () => {
    const page = Buffer.alloc(20_000_000, "x");
    const metricsPage = (): Promise<Buffer> => Promise.resolve(page);
    const server = await serveSome({ metricsPage }, { limits: { answerSeconds: 0.5, stopSeconds: 3600 } });
    const client = rawClient(server.port);
    client.socket.write(`GET /metrics HTTP/1.1\r\n${host}\r\n`);
    await once(client.socket, "data");
    client.socket.pause();
    // A stop waits for answers that are under way.
    await server.close();
    client.socket.resume();
    expect((await client.ended).length).toBeLessThan(page.length);
  });

  test("makes room for another one, the useless first", async () => {
    const port = await serve({}, { mostConnections: 3 });
    const asks = `${hello}\r\n`;
    const [waiting, idle, second] = [rawClient(port), rawClient(port), rawClient(port)];
    await Promise.all([waiting, idle, second].map(({ socket }) => once(socket, "connect")));
    idle.socket.write(asks);
    await once(idle.socket, "data");
    const third = rawClient(port);
    await idle.ended;
    third.socket.write(asks);
    await once(third.socket, "data");
    const fourth = rawClient(port);
    await third.ended;
    const fifth = rawClient(port);
    await waiting.ended;
    for (const { socket } of [second, fourth, fifth]) {
      socket.write(asks);
      const [heard] = await once(socket, "data");
      expect(heard).toContain("200 OK");
    }
  });
});

describe("a stop", () => {
  test("lets an answer that is under way be read, and ends what waits", async () => {
    let answer: ((page: Buffer) => void) | undefined;
    const metricsPage = (): Promise<Buffer> => new Promise((resolve) => (answer = resolve));
    const server = await serveSome({ metricsPage });
    const [scrape, idle, silent] = [rawClient(server.port), rawClient(server.port), rawClient(server.port)];
    idle.socket.write(`${hello}\r\n`);
    await once(idle.socket, "data");
    scrape.socket.write(`GET /metrics HTTP/1.1\r\n${host}\r\n`);
    await expect.poll(() => answer).toBeDefined();
    const closed = server.close();
    await Promise.all([idle.ended, silent.ended]);
    await expect(exchange(server.port, hello)).resolves.toBe("");
    answer?.(Buffer.from("pgleash_up 1\n"));
    expect(await scrape.ended).toMatch(/200 OK.*Connection: close.*pgleash_up 1\n$/s);
    await closed;
  });

  test("does not wait for ever", async () => {
    const server = await serveSome(
      { metricsPage: () => new Promise(() => undefined) },
      { limits: { stopSeconds: 0.2 } },
    );
    const scrape = rawClient(server.port);
    scrape.socket.write(`GET /metrics HTTP/1.1\r\n${host}\r\n`);
    await once(scrape.socket, "ready");
    const healthy = rawClient(server.port);
    healthy.socket.write(`${hello}\r\n`);
    await once(healthy.socket, "data");
    await server.close();
    expect(await scrape.ended).toBe("");
  });
});

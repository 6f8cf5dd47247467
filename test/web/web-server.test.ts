import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";

import type { Content } from "../../src/web/content.ts";
import { noWebConfig } from "../../src/web/config/live-web-config.ts";
import { startWebServer } from "../../src/web/web-server.ts";
import { serveSome, someContent, type SomeServer } from "../support/a-web-server.ts";
import { freePort } from "../support/free-port.ts";

const servers: SomeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Serves this content on a free port of our own machine. */
async function serve(overrides: Partial<Content> = {}): Promise<number> {
  const server = await serveSome(overrides);
  servers.push(server);
  return server.port;
}

type Reply = { readonly status: number; readonly headers: Headers; readonly body: string };

async function ask(port: number, path: string, method = "GET"): Promise<Reply> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

const pages = [
  { path: "/", type: "text/html; charset=utf-8", body: "<!doctype html>Ümlaut" },
  { path: "/metrics", type: "text/plain; version=0.0.4; charset=utf-8", body: "pgleash_up 1\n" },
  { path: "/-/healthy", type: "text/plain; charset=utf-8", body: "pgleash is healthy.\n" },
  { path: "/-/ready", type: "text/plain; charset=utf-8", body: "pgleash is ready.\n" },
  { path: "/api/v1/suspects", type: "application/json; charset=utf-8", body: '{"suspects":["é"]}\n' },
];

describe.for(pages)("$path", ({ path, type, body }) => {
  test("answers GET with the page", async () => {
    const reply = await ask(await serve(), path);
    expect([reply.status, reply.headers.get("content-type"), reply.body]).toEqual([200, type, body]);
  });

  test("is the same with a query string, which no page has a use for", async () => {
    const reply = await ask(await serve(), `${path}?name[]=pgleash_up&x=/-/reload`);
    expect([reply.status, reply.body]).toEqual([200, body]);
  });

  test("answers HEAD with the headers of the page and no body", async () => {
    const reply = await ask(await serve(), path, "HEAD");
    expect([reply.status, reply.headers.get("content-type"), reply.body]).toEqual([200, type, ""]);
    expect(reply.headers.get("content-length")).toBe(String(Buffer.byteLength(body)));
  });

  test("tells who writes to it what it answers to", async () => {
    const reply = await ask(await serve(), path, "POST");
    expect([reply.status, reply.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

test.for(["/nothing", "/metrics/", "//", "/-/", "/METRICS", "/%6detrics", "/constructor", "/api/v1"])(
  "%s is not found",
  async (path) => {
    expect((await ask(await serve(), path)).status).toBe(404);
  },
);

test("every answer forbids the browser to load, run or guess anything", async () => {
  const port = await serve();
  for (const path of ["/", "/metrics", "/nothing", "/-/reload"]) {
    const { headers } = await ask(port, path);
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-abc='; img-src data:; base-uri 'none';/,
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("the metrics are only where they are configured to be", async () => {
  const port = await serve({ metricsPath: "/stats" });
  expect((await ask(port, "/stats")).body).toBe("pgleash_up 1\n");
  expect((await ask(port, "/metrics")).status).toBe(404);
});

test("the API that is turned off is not found", async () => {
  const port = await serve({ suspects: undefined, explain: undefined, advice: undefined });
  for (const path of ["/api/v1/suspects", "/api/v1/explain?pid=7", "/api/v1/advice"])
    expect((await ask(port, path)).status).toBe(404);
});

test("/api/v1/advice is asked with the parameters of the query string", async () => {
  const { status, body } = await ask(await serve(), "/api/v1/advice?server=db1");
  expect([status, body]).toEqual([200, '{"advice":[["server","db1"]]}\n']);
});

describe("/api/v1/explain", () => {
  test("is asked with the parameters of the query string, and answers in JSON", async () => {
    const reply = await ask(await serve(), "/api/v1/explain?pid=7&server=db%201%3F&x=1?2");
    expect([reply.status, reply.headers.get("content-type"), reply.body]).toEqual([
      200,
      "application/json; charset=utf-8",
      '[["pid","7"],["server","db 1?"],["x","1?2"]]\n',
    ]);
    expect((await ask(await serve(), "/api/v1/explain")).body).toBe("[]\n");
  });

  test("says in words what is wrong with a question", async () => {
    const refused = { status: 404, problem: "no server db9: expected one of db1" };
    const reply = await ask(await serve({ explain: () => refused }), "/api/v1/explain?pid=7");
    expect([reply.status, reply.headers.get("content-type"), reply.body]).toEqual([
      404,
      "text/plain; charset=utf-8",
      "no server db9: expected one of db1\n",
    ]);
  });

  test("only reads", async () => {
    expect((await ask(await serve(), "/api/v1/explain?pid=7", "POST")).status).toBe(405);
  });
});

test("a process that is not ready says why with 503, and stays healthy", async () => {
  const port = await serve({ unready: () => "not looked at yet: db1" });
  const reply = await ask(port, "/-/ready");
  expect([reply.status, reply.body]).toEqual([503, "not looked at yet: db1\n"]);
  expect((await ask(port, "/-/healthy")).status).toBe(200);
});

describe("/-/reload", () => {
  test.for(["POST", "PUT"])("reloads at %s", async (method) => {
    let reloads = 0;
    const reload = () => Promise.resolve([]).finally(() => (reloads += 1));
    const reply = await ask(await serve({ reload }), "/-/reload", method);
    expect([reply.status, reply.body, reloads]).toEqual([200, "reloaded\n", 1]);
  });

  test.for(["GET", "HEAD", "DELETE"])("does not reload at %s", async (method) => {
    let reloads = 0;
    const reload = () => Promise.resolve([]).finally(() => (reloads += 1));
    const reply = await ask(await serve({ reload }), "/-/reload", method);
    expect([reply.status, reply.headers.get("allow"), reloads]).toEqual([405, "POST, PUT", 0]);
  });

  test("that is turned off is forbidden, and says how to turn it on", async () => {
    const reply = await ask(await serve({ reload: undefined }), "/-/reload", "POST");
    expect(reply.status).toBe(403);
    expect(reply.body).toContain("--web.enable-lifecycle");
  });

  test("that finds mistakes answers 500 with all of them", async () => {
    const problems = ["a.yml:1:1: expected x", "a.yml:2:1: expected y"];
    const reply = await ask(await serve({ reload: () => Promise.resolve(problems) }), "/-/reload", "POST");
    expect(reply.status).toBe(500);
    expect(reply.body).toBe("a.yml:1:1: expected x\na.yml:2:1: expected y\n");
  });
});

test.for([
  { what: "is rejected", metricsPage: () => Promise.reject(new Error("secret detail")) },
  {
    what: "throws",
    metricsPage: (): Promise<Buffer> => {
      throw new Error("secret detail");
    },
  },
])(
  "a page that $what is a 500 without its reason, and the next request is served",
  async ({ metricsPage }) => {
    const port = await serve({ metricsPage });
    const reply = await ask(port, "/metrics");
    expect([reply.status, reply.body]).toEqual([500, "internal error\n"]);
    expect((await ask(port, "/-/healthy")).status).toBe(200);
  },
);

test("a request with more than 16 kB of headers is refused with 431", async () => {
  const port = await serve();
  const client = request({ host: "127.0.0.1", port, path: "/", headers: { "X-Long": "x".repeat(17_000) } });
  client.end();
  const [response]: unknown[] = await once(client, "response");
  expect(response).toMatchObject({ statusCode: 431 });
});

test.for([
  { what: "no HTTP at all", text: "\u0016\u0003\u0001hello\r\n\r\n", status: "400" },
  {
    what: "a request for another host's page",
    text: "GET http://evil.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    status: "404",
  },
  {
    what: "a path that is no path",
    text: "GET ../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    status: "400",
  },
])("$what is answered with $status", async ({ text, status }) => {
  const socket = connect({ host: "127.0.0.1", port: await serve() });
  socket.write(text);
  let answer = "";
  for await (const chunk of socket.setEncoding("utf8")) answer += String(chunk);
  expect(answer.split("\r\n")[0]).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

describe("several addresses", () => {
  test("serve the same", async () => {
    const addresses = ["127.0.0.1", "127.0.0.2", "::1"].map((host) => ({ host, port: 0 }));
    const server = await startWebServer(someContent(), { addresses, web: noWebConfig });
    const bodies = server.bound.map(async ({ address, port }) => {
      const host = address.includes(":") ? `[${address}]` : address;
      return (await fetch(`http://${host}:${port}/metrics`)).text();
    });
    expect(await Promise.all(bodies)).toEqual(["pgleash_up 1\n", "pgleash_up 1\n", "pgleash_up 1\n"]);
    await server.close();
    await expect(fetch(`http://127.0.0.2:${server.bound[1]?.port}/`)).rejects.toThrow("fetch failed");
  });

  test("of which one is taken are all left alone", async () => {
    const taken = await serve();
    const free = await freePort();
    const addresses = [free, taken].map((port) => ({ host: "127.0.0.1", port }));
    const failure = startWebServer(someContent(), { addresses, web: noWebConfig });
    await expect(failure).rejects.toMatchObject({ code: "EADDRINUSE", syscall: "listen", port: taken });
    await expect(fetch(`http://127.0.0.1:${free}/`)).rejects.toThrow("fetch failed");
  });
});

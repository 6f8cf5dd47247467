import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";

import { createWebServer } from "../../src/expose/server.ts";
import { runWords } from "../support/a-runtime.ts";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }
});

async function listen(server: Server, host: string): Promise<number> {
  servers.push(server);
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("expected a port");
  return address.port;
}

function pgleash(): Server {
  return createWebServer({
    metricsPath: "/metrics",
    metricsContentType: "text/plain",
    metricsPage: () => Promise.resolve(""),
    landingPage: () => "",
    suspects: undefined,
    explain: undefined,
    unready: () => "not looked at yet: db1",
    reload: undefined,
    onError: () => undefined,
  });
}

test.for([
  { listening: "127.0.0.1", asked: "127.0.0.1" },
  { listening: "127.0.0.1", asked: "localhost" },
  { listening: "0.0.0.0", asked: "" },
  { listening: "0.0.0.0", asked: "0.0.0.0" },
  { listening: "::1", asked: "[::1]" },
  { listening: "::", asked: "[::]" },
])("a pgleash on $listening is healthy, ready or not, when asked at $asked", async ({ listening, asked }) => {
  const port = await listen(pgleash(), listening);
  const ran = await runWords(["healthcheck", `--web.listen-address=${asked}:${port}`]);
  expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("whoever answers with anything but success is not healthy", async () => {
  const port = await listen(
    createServer((_request, response) => response.writeHead(503).end()),
    "127.0.0.1",
  );
  const ran = await runWords(["healthcheck", `--web.listen-address=127.0.0.1:${port}`]);
  expect(ran).toEqual({ code: 1, stdout: "", stderr: `pgleash: 127.0.0.1:${port} answers 503\n` });
});

test("where nobody listens, it says so", async () => {
  const server = pgleash();
  const port = await listen(server, "127.0.0.1");
  server.close();
  await once(server, "close");
  servers.length = 0;
  const { code, stderr } = await runWords(["healthcheck", `--web.listen-address=127.0.0.1:${port}`]);
  expect(code).toBe(1);
  expect(stderr).toContain(`pgleash: no answer from 127.0.0.1:${port}: `);
});

test("a pgleash that hangs is not healthy after a few seconds", async () => {
  const port = await listen(
    createServer(() => undefined),
    "127.0.0.1",
  );
  const startedMs = Date.now();
  const { code, stderr } = await runWords(["healthcheck", `--web.listen-address=127.0.0.1:${port}`]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/timeout/i);
  expect(Date.now() - startedMs).toBeLessThan(10_000);
});

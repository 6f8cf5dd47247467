import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { noWebConfig, type LiveWebConfig } from "../../src/web/config/live-web-config.ts";
import { loadWebConfig } from "../../src/web/config/load-web-config.ts";
import { startWebServer, type WebServer } from "../../src/web/web-server.ts";
import { runWords } from "../support/a-runtime.ts";
import { changeableWebConfig, someContent } from "../support/a-web-server.ts";
import { createWebFolder, hashOfSecret, type WebFolder } from "../support/web-files.ts";

const servers: Server[] = [];
const pgleashes: WebServer[] = [];

afterEach(async () => {
  await Promise.all(pgleashes.splice(0).map((pgleash) => pgleash.close()));
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

async function startPgleash(host: string, web: LiveWebConfig = noWebConfig): Promise<WebServer> {
  const content = someContent({ unready: () => "not looked at yet: db1" });
  const server = await startWebServer(content, { addresses: [{ host, port: 0 }], web });
  pgleashes.push(server);
  return server;
}

test.for([
  { listening: "127.0.0.1", asked: "127.0.0.1" },
  { listening: "127.0.0.1", asked: "localhost" },
  { listening: "0.0.0.0", asked: "" },
  { listening: "0.0.0.0", asked: "0.0.0.0" },
  { listening: "::1", asked: "[::1]" },
  { listening: "::", asked: "[::]" },
])("a pgleash on $listening is healthy, ready or not, when asked at $asked", async ({ listening, asked }) => {
  const { bound } = await startPgleash(listening);
  const port = bound[0]?.port;
  const ran = await runWords(["healthcheck", `--web.listen-address=${asked}:${port}`]);
  expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
});

describe("a pgleash that is protected is healthy, too", () => {
  let folder: WebFolder;

  beforeAll(async () => {
    folder = await createWebFolder();
  });

  afterAll(() => folder.remove());

  const files = "tls_server_config: { cert_file: server.crt, key_file: server.key }\n";

  test.for([
    ["by TLS", files],
    ["by passwords", `basic_auth_users: { alice: "${hashOfSecret}" }\n`],
    ["by both", `${files}basic_auth_users: { alice: "${hashOfSecret}" }\n`],
    ["by a rate limit", "rate_limit: { interval: 1h, burst: 1 }\n"],
  ])("%s", async ([, text = ""]) => {
    const loaded = await loadWebConfig(await folder.write("web.yml", text));
    if ("problems" in loaded) throw new Error(loaded.problems.join("; "));
    const { port } = (await startPgleash("127.0.0.1", changeableWebConfig(loaded.config))).bound[0] ?? {};
    for (let turn = 0; turn < 2; turn += 1) {
      const ran = await runWords(["healthcheck", `--web.listen-address=127.0.0.1:${port}`]);
      expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  });
});

test("whoever answers with anything but success is not healthy", async () => {
  const port = await listen(
    createServer((_request, response) => response.writeHead(503).end()),
    "127.0.0.1",
  );
  const ran = await runWords(["healthcheck", `--web.listen-address=127.0.0.1:${port}`]);
  expect(ran).toEqual({ code: 1, stdout: "", stderr: `pgleash: 127.0.0.1:${port} answers 503\n` });
});

test.for([
  [200, {}, "<html>Welcome"],
  [200, {}, "pgleash is healthy.".repeat(100_000)],
  [401, { "www-authenticate": 'Basic realm="router"' }, "who are you?"],
  [401, {}, ""],
  [429, {}, "slow down"],
] as const)("another program that answers %s is no pgleash", async ([status, headers, body]) => {
  const port = await listen(
    createServer((_request, response) => response.writeHead(status, headers).end(body)),
    "127.0.0.1",
  );
  const ran = await runWords(["healthcheck", `--web.listen-address=127.0.0.1:${port}`]);
  const stderr = `pgleash: 127.0.0.1:${port} answers ${status}, but not as a pgleash does\n`;
  expect(ran).toEqual({ code: 1, stdout: "", stderr });
});

test("whoever hangs up, and speaks no TLS, is told as hanging up", async () => {
  const port = await listen(
    createServer((request) => request.destroy()),
    "127.0.0.1",
  );
  const { stderr } = await runWords(["healthcheck", `--web.listen-address=127.0.0.1:${port}`]);
  expect(stderr).toMatch(/: socket hang up\b/);
});

test("where nobody listens, it says so", async () => {
  const server = await startPgleash("127.0.0.1");
  await server.close();
  const port = server.bound[0]?.port;
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

import { once } from "node:events";
import { text } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";

import { loadWebConfig } from "../../../src/web/config/load-web-config.ts";
import { openWebConfig } from "../../../src/web/config/web-config.ts";
import { changeableWebConfig, serveSome, type SomeServer } from "../../support/a-web-server.ts";
import { createWebFolder, type WebFolder } from "../../support/web-files.ts";

const largePage = Buffer.alloc(5_000_000, "x");
let folder: WebFolder;
let server: SomeServer;

beforeAll(async () => {
  folder = await createWebFolder();
  const path = await folder.write(
    "web.yml",
    "tls_server_config: { cert_file: server.crt, key_file: server.key }\n",
  );
  const loaded = await loadWebConfig(path);
  const web = changeableWebConfig("config" in loaded ? loaded.config : openWebConfig);
  server = await serveSome({ metricsPage: () => Promise.resolve(largePage) }, { web });
});

afterAll(async () => {
  await server.close();
  await folder.remove();
});

async function shakenHands(maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<TLSSocket> {
  const socket = connect({
    host: "127.0.0.1",
    port: server.port,
    ca: folder.caCertificate,
    maxVersion,
  });
  await once(socket, "secureConnect");
  return socket;
}

test.for(["TLSv1.2", "TLSv1.3"] as const)(
  "whoever says over %s that nothing more comes still gets the whole answer",
  async (version) => {
    const socket = await shakenHands(version);
    socket.end("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    expect((await text(socket)).length).toBeGreaterThan(largePage.length);
  },
);

test("nobody shakes hands again over the same connection: that would take no turn", async () => {
  const socket = await shakenHands("TLSv1.2");
  const refused = new Promise((resolve) => {
    socket.once("error", resolve);
    socket.renegotiate({}, resolve);
  });
  expect(await refused).toMatchObject({ message: expect.stringContaining("renegotiation") });
  socket.destroy();
});

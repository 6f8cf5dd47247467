import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { connect as connectEncrypted } from "node:tls";
import { expect, onTestFinished, test } from "vitest";

import { loadWebConfig } from "../../../src/web/config/load-web-config.ts";
import { openWebConfig } from "../../../src/web/config/web-config.ts";
import { changeableWebConfig, serveSome } from "../../support/a-web-server.ts";
import { createWebFolder } from "../../support/web-files.ts";

/** A server that speaks TLS; its port. */
async function serve(): Promise<number> {
  const folder = await createWebFolder();
  onTestFinished(() => folder.remove());
  const section = "tls_server_config: { cert_file: server.crt, key_file: server.key }\n";
  const loaded = await loadWebConfig(await folder.write("web.yml", section));
  const web = changeableWebConfig("config" in loaded ? loaded.config : openWebConfig);
  const server = await serveSome({}, { web });
  onTestFinished(() => server.close());
  return server.port;
}

/** The first bytes of a handshake. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connectEncrypted({ host: "127.0.0.1", port: portOf(server.address()) });
  client.on("error", () => undefined); // nobody answers it
  const [socket] = await once(server, "connection");
  const [hello] = await once(socket, "data");
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Somebody at this address who begins to shake hands and then says nothing, again and again. */
function stopAfter(hello: Buffer, port: number, localAddress: string): { readonly leave: () => void } {
  let isOver = false;
  let socket = come();

  function come(): Socket {
    const coming = connect({ host: "127.0.0.1", port, localAddress }, () => coming.write(hello));
    coming.on("error", () => undefined).resume(); // being hung up on is right
    return coming.once("close", () => {
      if (!isOver) socket = come();
    });
  }

  return {
    leave() {
      isOver = true;
      socket.destroy();
    },
  };
}

async function secondsOfHandshake(port: number): Promise<number> {
  const beganMs = performance.now();
  const target = { host: "127.0.0.1", port, localAddress: "127.0.0.1", rejectUnauthorized: false };
  const socket = connectEncrypted(target);
  await once(socket, "secureConnect");
  socket.destroy();
  return (performance.now() - beganMs) / 1000;
}

test("40 addresses that begin to shake hands and stop keep nobody else waiting for long", async () => {
  const port = await serve();
  const hello = await clientHello();
  for (let index = 0; index < 120; index += 1) {
    const somebody = stopAfter(hello, port, `127.1.0.${1 + (index % 40)}`);
    onTestFinished(somebody.leave);
  }
  await setTimeout(1000);
  expect(await secondsOfHandshake(port)).toBeLessThan(2);
  expect(await secondsOfHandshake(port)).toBeLessThan(2);
}, 60_000);

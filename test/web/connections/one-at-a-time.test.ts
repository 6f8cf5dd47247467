import { Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";

import { serveSome } from "../../support/a-web-server.ts";
import { rawClient } from "../../support/raw-http.ts";
import { waitFor } from "../../support/wait-for.ts";

/** Of a socket, each of these is one system call, as long as the kernel takes all of it. */
const writes = ["_write", "_writev"] as const;

test("the head of an answer and its body go out in one system call", async () => {
  const page = Buffer.from("one 1\n");
  const server = await serveSome({ metricsPage: () => Promise.resolve(page) });
  onTestFinished(() => server.close());
  const spies = writes.map((name) => vi.spyOn(Socket.prototype, name));
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  const client = rawClient(server.port);
  onTestFinished(() => void client.socket.destroy());
  const scrape = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  client.socket.write(scrape + scrape);
  await waitFor("two answers", () => client.heard().match(/\r\n\r\none 1\n/g)?.length === 2);
  const ofServer = spies.flatMap(({ mock }) =>
    mock.contexts.filter((socket) => socket instanceof Socket && socket.localPort === server.port),
  );
  expect(ofServer).toHaveLength(2);
});

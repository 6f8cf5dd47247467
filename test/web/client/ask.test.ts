import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";

import { anonymousClient } from "../../../src/web/client/http-client.ts";
import { ask } from "../../../src/web/client/ask.ts";

/** The URL of somebody who answers so. */
async function serving(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  const address = server.address();
  return new URL(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`);
}

const mebibyte = Buffer.alloc(1024 * 1024, "é");

test("an endless answer is read no further than 4 MiB", async () => {
  let sent = 0;
  const url = await serving((_request, response) => {
    const more = (): void => {
      do sent += 1;
      while (response.write(mebibyte));
    };
    response.on("drain", more);
    more();
  });
  await expect(ask(url, anonymousClient, { deadlineMs: 5000 })).rejects.toThrow(
    "the answer is longer than 4 MiB",
  );
  expect(sent).toBeLessThan(100);
});

test("an answer of 4 MiB is read as a whole", async () => {
  const url = await serving(
    (_request, response) => void response.end(Buffer.concat(Array.from({ length: 4 }, () => mebibyte))),
  );
  const { status, text } = await ask(url, anonymousClient, { deadlineMs: 5000 });
  expect([status, text.length]).toEqual([200, 2 * 1024 * 1024]);
});

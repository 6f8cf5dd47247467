import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";

import { oneEachTurn } from "../../../src/web/connections/one-each-turn.ts";
import { serveSome } from "../../support/a-web-server.ts";
import { rawClient } from "../../support/raw-http.ts";

test("one task is done in each turn of the event loop, also one that comes from another", async () => {
  const inTurn = oneEachTurn();
  const done: string[] = [];
  inTurn(() => {
    done.push("first");
    inTurn(() => done.push("last"));
  });
  inTurn(() => done.push("second"));
  const counts: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await nextTurn();
    counts.push(done.length);
  }
  expect(done).toEqual(["first", "second", "last"]);
  expect(counts).toEqual([1, 2, 3, 3]);
});

test("requests that many clients have sent ahead are not answered all at once", async () => {
  let turn = 0;
  const answeredIn: number[] = [];
  const server = await serveSome({
    metricsPage() {
      answeredIn.push(turn);
      return Promise.resolve(Buffer.from("x"));
    },
  });
  onTestFinished(() => server.close());
  const clients = Array.from({ length: 40 }, () => rawClient(server.port));
  const asks = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const { socket } of clients) socket.write(asks.repeat(25));
  while (answeredIn.length < 1000) {
    await nextTurn();
    turn += 1;
  }
  for (const { socket } of clients) socket.destroy();
  expect(new Set(answeredIn).size).toBeGreaterThan(500);
});

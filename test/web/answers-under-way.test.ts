import { once } from "node:events";
import { expect, test } from "vitest";

import { createAnswersUnderWay, type AnswersUnderWay } from "../../src/web/answers-under-way.ts";
import { serveSome } from "../support/a-web-server.ts";
import { exchange, rawClient } from "../support/raw-http.ts";

/** Room for ten bytes, by a clock that the test sets. */
function tenBytes(): { readonly underWay: AnswersUnderWay; readonly pass: (seconds: number) => void } {
  let seconds = 0;
  const underWay = createAnswersUnderWay({ mostBytes: 10, slowSeconds: 2, now: () => seconds });
  return { underWay, pass: (more) => (seconds += more) };
}

const nobody = (): void => undefined;

test("what several read counts once", () => {
  const { underWay } = tenBytes();
  const page = Buffer.alloc(10);
  expect(underWay.begin(page, nobody)).toBeDefined();
  expect(underWay.begin(page, () => undefined)).toBeDefined();
  expect(underWay.begin(Buffer.alloc(1), nobody)).toBeUndefined();
});

test("there is room again when the last reader is done", () => {
  const { underWay } = tenBytes();
  const page = Buffer.alloc(10);
  const done = [() => undefined, () => undefined].map((hangUp) => underWay.begin(page, hangUp));
  done[0]?.();
  done[0]?.();
  expect(underWay.begin(Buffer.alloc(1), nobody)).toBeUndefined();
  done[1]?.();
  done[1]?.();
  expect(underWay.begin(Buffer.alloc(10), nobody)).toBeDefined();
  expect(underWay.begin(Buffer.alloc(1), nobody)).toBeUndefined();
});

test("whoever still reads the oldest is hung up on for the next, once they are slow", () => {
  const { underWay, pass } = tenBytes();
  const ended: string[] = [];
  const [old, newer] = [Buffer.alloc(4), Buffer.alloc(4)];
  const done = underWay.begin(old, () => ended.push("a"));
  underWay.begin(newer, () => ended.push("b"));
  pass(1);
  underWay.begin(old, () => ended.push("c"));
  pass(1);
  expect(underWay.begin(Buffer.alloc(4), nobody)).toBeDefined();
  expect(ended).toEqual(["b"]);
  expect(underWay.begin(Buffer.alloc(4), nobody)).toBeUndefined();
  pass(1);
  expect(underWay.begin(Buffer.alloc(4), nobody)).toBeDefined();
  expect(ended).toEqual(["b", "a", "c"]);
  done?.();
  expect(underWay.begin(Buffer.alloc(4), nobody)).toBeUndefined();
});

test("one alone is let through, however large it is", () => {
  const { underWay } = tenBytes();
  const done = underWay.begin(Buffer.alloc(20), nobody);
  expect(done).toBeDefined();
  expect(underWay.begin(Buffer.alloc(1), nobody)).toBeUndefined();
  done?.();
  expect(underWay.begin(Buffer.alloc(20), nobody)).toBeDefined();
});

function anotherPage(): Promise<Buffer> {
  return Promise.resolve(Buffer.alloc(20_000_000, "x"));
}

function asks(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
}

test("where there is no room, a page is refused for the moment, and small answers are not", async () => {
  const server = await serveSome({ metricsPage: anotherPage }, { limits: { mostAnswerBytes: 20_000_000 } });
  const reader = rawClient(server.port);
  reader.socket.write(asks("/metrics"));
  await once(reader.socket, "data");
  reader.socket.pause();
  const refused = await exchange(server.port, asks("/metrics"));
  expect(refused).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 1\r\n/s);
  expect(await exchange(server.port, asks("/-/healthy"))).toMatch(/^HTTP\/1\.1 200 /);
  expect(await exchange(server.port, asks("/metrics").replace("GET", "HEAD"))).toMatch(/^HTTP\/1\.1 200 /);
  reader.socket.resume();
  await reader.ended;
  expect(await exchange(server.port, asks("/metrics"))).toMatch(/^HTTP\/1\.1 200 /);
  await server.close();
});

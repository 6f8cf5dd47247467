import { setTimeout } from "node:timers/promises";

import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { fuzzRuns } from "../support/fuzz-runs.ts";
import { exchange, rawClient } from "../support/raw-http.ts";
import { serveSome, type SomeServer } from "../support/a-web-server.ts";

/** Connections at once. */
const BATCH = 200;
const DEADLINE_SECONDS = 20;

const errors: unknown[] = [];
let server: SomeServer;

beforeAll(async () => {
  const limits = { requestSeconds: 0.5, answerSeconds: 1, idleSeconds: 0.5 };
  server = await serveSome({ onError: (error) => errors.push(error) }, { limits });
});

afterAll(() => server.close());

/** Else hardly any request would be one that is answered with a page. */
function mostly(usual: readonly string[], rare: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...rare) },
  );
}

const line = fc
  .tuple(
    mostly(["GET"], ["HEAD", "POST", "CONNECT", "PUT", "get", "PRI", "\0"]),
    mostly(
      ["/", "/metrics", "/nowhere", "/-/healthy", "/api/v1/suspects", "/api/v1/nothing"],
      ["/api/v1/explain?pid=1", "/-/reload", "*", "//x", "http://x/", "/%00", "%"],
    ),
    mostly(["HTTP/1.1"], ["HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "", "RTSP/1.0"]),
  )
  .map((words) => words.join(" "));
const usualHeaders = [
  "Connection: close",
  "Connection: keep-alive, Upgrade",
  "Upgrade: h2c",
  "Accept-Encoding: gzip;q=0.1, *",
];
const rareHeaders = [
  "Host: x",
  "Host:",
  "Expect: 100-continue",
  "Expect: more",
  "Content-Length: 3",
  "Content-Length: -1",
  "Content-Length: 99999999999999999999",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Authorization: Basic ====",
  "X: \tfolded\r\n\tline",
  `X: ${"x".repeat(20_000)}`,
];
/** Two odd ones in one request are what is misread most often. */
const headers = fc.oneof(
  fc.array(fc.constantFrom(...usualHeaders), { maxLength: 2 }),
  fc.array(fc.constantFrom(...usualHeaders, ...rareHeaders), { maxLength: 2 }),
);
const ends = mostly(["\r\n\r\n"], ["\n\n", "\r\n", "\r", "\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "\r\n\r\n-1\r\n"]);
const request = fc
  .tuple(line, mostly(["Host: x"], ["X: y"]), headers, ends)
  .map(([first, second, others, end]) => `${[first, second, ...others].join("\r\n")}${end}`);

/** Bytes of it are other ones, at these places. */
const mutated = fc
  .tuple(
    fc.array(request, { minLength: 1, maxLength: 3 }),
    fc.oneof(fc.constant([]), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 })),
  )
  .map(([requests, changes]) => {
    const bytes = Buffer.from(requests.join(""), "latin1");
    for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
    return bytes;
  });
const random = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
/** A client that stops in the middle of what it says. */
const cutShort = fc
  .tuple(request, fc.nat())
  .map(([text, end]) => Buffer.from(text.slice(0, end % text.length), "latin1"));
/** What is sent, in how large pieces, and whether the client then says that this was all. */
type Visit = { readonly bytes: Buffer; readonly pieceBytes: number; readonly isEnded: boolean };
const visit: fc.Arbitrary<Visit> = fc.record({
  bytes: fc.oneof(random, mutated, mutated, cutShort),
  pieceBytes: fc.constantFrom(1e6, 1e6, 7),
  isEnded: fc.boolean(),
});

async function answerTo({ bytes, pieceBytes, isEnded }: Visit): Promise<string> {
  const { socket, ended } = rawClient(server.port);
  for (let at = 0; at < bytes.length; at += pieceBytes) socket.write(bytes.subarray(at, at + pieceBytes));
  if (isEnded) socket.end();
  return ended;
}

test("whatever a client sends, it is answered or hung up on, and the next one is served", async () => {
  const statuses = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(visit, { minLength: BATCH, maxLength: BATCH }), async (visits) => {
      const late = setTimeout(DEADLINE_SECONDS * 1000, "late" as const, { ref: false });
      const answers = await Promise.race([Promise.all(visits.map(answerTo)), late]);
      if (answers === "late") throw new Error(`connections were open for ${DEADLINE_SECONDS} s`);
      for (const answer of answers) {
        expect(answer).toMatch(/^(?:$|HTTP\/1\.1 \d{3} )/);
        statuses.add(answer.slice(9, 12));
      }
      const honest = await exchange(
        server.port,
        "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      );
      expect(honest).toMatch(/^HTTP\/1\.1 200 /);
      expect(errors).toEqual([]);
    }),
    { numRuns: Math.ceil(fuzzRuns("httpServer") / BATCH), endOnFailure: true },
  );
  // They came as far as to pages, and to refusals of many kinds.
  expect([...statuses]).toEqual(expect.arrayContaining(["200", "400", "404", "408"]));
});

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { wantsGzip } from "../../src/web/accept-encoding.ts";
import { readBasicCredentials } from "../../src/web/passwords/basic-credentials.ts";
import { bcryptCost, checkableHash } from "../../src/web/passwords/bcrypt-hash.ts";
import { parseGoDuration } from "../../src/web/config/go-duration.ts";
import { cutRequest } from "../../src/web/connections/request-end.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";

/** A request without an empty line in it, and the one at its end. */
const aRequest = fc
  .array(fc.stringMatching(/^[!-~][ -~]{0,9}$/), { minLength: 1, maxLength: 4 })
  .chain((lines) => fc.constantFrom("\r\n", "\n").map((end) => `${lines.join(end)}${end}${end}`));

/** What comes of these bytes when they arrive in chunks of these sizes, over and over. */
function requestsIn(bytes: Buffer, sizes: readonly number[]): readonly string[] {
  const whole: string[] = [];
  let [begun, start, turn] = ["", 0, 0];
  while (start < bytes.length) {
    const size = sizes[(turn += 1) % sizes.length] ?? 1;
    let chunk = bytes.subarray(start, start + size);
    start += size;
    while (chunk.length > 0) {
      const { request, rest, isWhole } = cutRequest(Buffer.from(begun.slice(-2), "latin1"), chunk);
      begun += request.toString("latin1");
      if (isWhole) {
        whole.push(begun);
        begun = "";
      }
      chunk = rest;
    }
  }
  return whole;
}

test("requests come out as they went in, however they were cut on their way", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(aRequest, { maxLength: 6 }), sizes, (requests, chunks) => {
      expect(requestsIn(Buffer.from(requests.join("")), chunks)).toEqual(requests);
    }),
    { numRuns: fuzzRuns("requestHeads") },
  );
});

test("whatever comes is cut into what it was, but for empty lines in front", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (given) => {
      const bytes = Buffer.from(given);
      const { request, rest } = cutRequest(Buffer.alloc(0), bytes);
      const cut = Buffer.concat([request, rest]).toString("latin1");
      expect(cut).toBe(bytes.toString("latin1").replace(/^[\r\n]+/, ""));
    }),
    { numRuns: fuzzRuns("requestBytes") },
  );
});

test("credentials are read as they were given", () => {
  const user = fc.string({ unit: "grapheme" }).filter((text) => !text.includes(":"));
  fc.assert(
    fc.property(user, fc.string({ unit: "grapheme" }), (name, password) => {
      const header = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
      expect(readBasicCredentials(header)).toEqual({ user: name, password });
    }),
    { numRuns: fuzzRuns("credentials") },
  );
});

test.for([
  ["wantsGzip", wantsGzip, fuzzRuns("wantsGzip")],
  ["readBasicCredentials", readBasicCredentials, fuzzRuns("readBasicCredentials")],
  ["bcryptCost", bcryptCost, fuzzRuns("bcryptCost")],
  ["checkableHash", checkableHash, fuzzRuns("checkableHash")],
  ["parseGoDuration", parseGoDuration, fuzzRuns("parseGoDuration")],
] as const)("%s takes any text without a crash", ([, read, numRuns]) => {
  const alphabet = fc.constantFrom(
    ..."gzip;q=0.1,*$2aby01./:= smhnuµ".split(""),
    "Basic ",
    "identity",
    "\0",
    "👍",
  );
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: alphabet, maxLength: 80 }));
  fc.assert(
    fc.property(text, (given) => {
      expect(() => read(given)).not.toThrow();
    }),
    { numRuns },
  );
});

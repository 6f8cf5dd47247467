import { expect, test } from "vitest";

import { createLoginRequests } from "../../../src/postgres/wire/login-requests.ts";
import { int32 } from "../../support/server-messages.ts";

const challenge = "r=x,s=YQ==,i=4096";
const noPostgres = "what answers does not speak PostgreSQL's protocol";

/** Whether we are let in by these requests, or what is wrong with one of them. */
function outcome(requests: readonly (readonly [number, string?])[]): boolean | string {
  const login = createLoginRequests();
  try {
    for (const [number, text = ""] of requests) login.read(Buffer.concat([int32(number), Buffer.from(text)]));
    return login.isDone();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

test.for([
  [[[0]], true],
  [[[3], [0]], true],
  [[[5, "salt"], [0]], true],
  [[[10, "SCRAM-SHA-256\0\0"], [11, challenge], [12, "v=x"], [0]], true],
  [
    [
      [10, "SCRAM-SHA-256\0\0"],
      [11, challenge],
      [12, "v=x"],
    ],
    false,
  ],
] as const)("the requests %j are in order", ([requests, isDone]) => {
  expect(outcome(requests)).toBe(isDone);
});

test.for([
  // The server proves in 12 that it knows the password, too.
  [[[10], [11, challenge], [0]]],
  [[[10], [0]]],
  [[[10], [11, challenge], [11, challenge]]],
  [[[10], [10]]],
  [[[11, challenge]]],
  [[[12, "v=x"]]],
  [[[10], [12, "v=x"]]],
  [[[10], [3]]],
  [[[3], [3]]],
  [[[3], [10]]],
  [[[0], [0]]],
  [[[0], [3]]],
  [[[0, "more"]]],
  [[[3, "more"]]],
  [[[5, "sal"]]],
] as const)("the requests %j are not", ([requests]) => {
  expect(outcome(requests)).toBe(noPostgres);
});

test("a second number of rounds is not overlooked", () => {
  expect(outcome([[10], [11, `${challenge},i=2000000000`]])).toBe(
    "the server's request for the password is malformed",
  );
});

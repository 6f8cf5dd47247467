import { expect, test } from "vitest";

import { readBasicCredentials } from "../../../src/web/passwords/basic-credentials.ts";

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

test.for([
  [basic("alice:secret"), "alice", "secret"],
  [basic("alice:secret").replace("Basic", "bASIC"), "alice", "secret"],
  [basic("alice:a:b"), "alice", "a:b"],
  [basic("alice:"), "alice", ""],
  [basic(":secret"), "", "secret"],
  [basic("älice:sécret 👍"), "älice", "sécret 👍"],
] as const)("%s is %j with %j", ([header, user, password]) => {
  expect(readBasicCredentials(header)).toEqual({ user, password });
});

test.for([
  undefined,
  "",
  "Basic",
  "Basic ",
  "Bearer YWxpY2U6c2VjcmV0",
  basic("no colon"),
  "Basic YWxpY2U6c2VjcmV",
  "Basic YWxpY2U6c2VjcmV0=",
  "Basic YWxp Y2U6",
  "Basic YWxp-2U6",
  "Basic  YWxpY2U6c2VjcmV0",
  "xBasic YWxpY2U6c2VjcmV0",
])("%j is nobody", (header) => {
  expect(readBasicCredentials(header)).toBeUndefined();
});

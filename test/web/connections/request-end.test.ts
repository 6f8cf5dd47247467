import { expect, test } from "vitest";

import { cutRequest } from "../../../src/web/connections/request-end.ts";

function cut(before: string, text: string): { request: string; rest: string; isWhole: boolean } {
  const { request, rest, isWhole } = cutRequest(Buffer.from(before), Buffer.from(text));
  return { request: request.toString(), rest: rest.toString(), isWhole };
}

test.for([
  ["", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", ""],
  ["", "A\r\nB\r\n\r\nC\r\n\r\n", "A\r\nB\r\n\r\n", "C\r\n\r\n"],
  ["", "A\n\nC", "A\n\n", "C"],
  ["", "A\n\r\nC\n\n", "A\n\r\n", "C\n\n"],
  ["", "A\n\nC\n\r\n", "A\n\n", "C\n\r\n"],
  ["", "\r\n\r\n\nA\r\n\r\nC", "A\r\n\r\n", "C"],
  ["\r\n", "\r\nC", "\r\n", "C"],
  ["\n\r", "\nC", "\n", "C"],
  ["x\n", "\nC", "\n", "C"],
] as const)("after %j, %j is the end of a request", ([before, text, request, rest]) => {
  expect(cut(before, text)).toEqual({ request, rest, isWhole: true });
});

test.for([
  ["", ""],
  ["", "\r\n\r\n"],
  ["", "GET / HTTP/1.1\r\nHost: x\r\n"],
  ["\r\n", "x"],
  ["x\r", "\nHost: x"],
  ["\n\r", "\rx"],
] as const)("after %j, %j is not", ([before, text]) => {
  expect(cut(before, text)).toMatchObject({ rest: "", isWhole: false });
});

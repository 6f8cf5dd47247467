import { expect, test } from "vitest";

import { createMessageWalker } from "../../../bench/world/message-walker.ts";
import {
  executeMessages,
  prepareMessages,
  queryMessage,
  startupMessage,
} from "../../../bench/world/wire-messages.ts";

const sent = Buffer.concat([
  startupMessage({ user: "pgleash" }),
  queryMessage("SELECT 'PBE'"),
  prepareMessages("s", "SELECT 1"),
  executeMessages("s"),
]);

test.each([1, 2, 3, 5, 7, 64, 4096])("in chunks of %i bytes, every message is counted once", (size) => {
  const walker = createMessageWalker(true);
  let types = "";
  for (let at = 0; at < sent.length; at += size) types += walker.walk(sent.subarray(at, at + size));
  expect(types).toBe("QPSBES");
});

test("a server types its first message, too", () => {
  const walker = createMessageWalker(false);
  expect(walker.walk(queryMessage("x"))).toBe("Q");
});

import { expect, test } from "vitest";

import { createByteSink } from "../../src/expose/byte-sink.ts";

test("what was written comes back as the bytes of it, in order, however much there is", () => {
  const sink = createByteSink();
  const texts = Array.from({ length: 3000 }, (_, index) => `…other 👍 ${index}\n`.repeat(10));
  for (const text of texts) sink.write(text);
  expect(sink.bytes().equals(Buffer.from(texts.join("")))).toBe(true);
});

test("nothing is no bytes", () => {
  expect(createByteSink().bytes()).toHaveLength(0);
});

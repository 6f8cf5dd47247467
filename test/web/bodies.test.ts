import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";

import { createBodies } from "../../src/web/bodies.ts";

test("each page is compressed once, however they take turns", async () => {
  const bodyOf = createBodies();
  const pages = [Buffer.from("folded"), Buffer.from("unfolded")];
  const first = await Promise.all(pages.map((page) => bodyOf(page).gzipped()));
  const second = await Promise.all(pages.map((page) => bodyOf(page).gzipped()));
  expect(second.map((bytes, index) => bytes === first[index])).toEqual([true, true]);
  expect(first.map((bytes) => gunzipSync(bytes).toString())).toEqual(["folded", "unfolded"]);
});

test("a page that was made anew is compressed anew", async () => {
  const bodyOf = createBodies();
  await bodyOf(Buffer.from("old")).gzipped();
  expect(gunzipSync(await bodyOf(Buffer.from("new")).gzipped()).toString()).toBe("new");
});

test("a text is one answer's own", async () => {
  const body = createBodies()("Ü");
  expect(body.plain.toString()).toBe("Ü");
  expect(gunzipSync(await body.gzipped()).toString()).toBe("Ü");
});

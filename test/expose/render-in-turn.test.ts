import { expect, test } from "vitest";

import { renderInTurn } from "../../src/expose/render-in-turn.ts";

/** Pages that are numbered, each of which is done when the test says so. */
function numbered(): {
  readonly render: () => Promise<string>;
  readonly begun: () => number;
  readonly finish: () => void;
} {
  const waiting: (() => void)[] = [];
  let begun = 0;
  return {
    begun: () => begun,
    finish: () => waiting.shift()?.(),
    render: () =>
      new Promise((resolve) => {
        begun += 1;
        const page = `page ${begun}`;
        waiting.push(() => resolve(page));
      }),
  };
}

test("all who ask get one page, until it is dropped", async () => {
  const { render, begun, finish } = numbered();
  const page = renderInTurn(render, () => 0);
  const both = [page.get(), page.get()];
  finish();
  expect(await Promise.all(both)).toEqual(["page 1", "page 1"]);
  expect(await page.get()).toBe("page 1");
  page.drop();
  const next = page.get();
  await Promise.resolve();
  finish();
  expect(await next).toBe("page 2");
  expect(begun()).toBe(2);
});

test("who asks after a change waits for a newer page, and all who do share it", async () => {
  const { render, begun, finish } = numbered();
  const page = renderInTurn(render, () => 0);
  const old = page.get();
  const newer = ["a", "b", "c"].map(() => {
    page.drop();
    return page.get();
  });
  expect(begun()).toBe(1);
  finish();
  expect(await old).toBe("page 1");
  finish();
  expect(await Promise.all(newer)).toEqual(["page 2", "page 2", "page 2"]);
  expect(begun()).toBe(2);
  expect(await page.get()).toBe("page 2");
});

test("a page that failed does not keep the next one from being made", async () => {
  const pages = [() => Promise.reject(new Error("broken")), () => Promise.resolve("page 2")];
  const page = renderInTurn(
    () => pages.shift()?.() ?? Promise.resolve("another"),
    () => 0,
  );
  const broken = page.get();
  page.drop();
  const next = page.get();
  await expect(broken).rejects.toThrow("broken");
  expect(await next).toBe("page 2");
});

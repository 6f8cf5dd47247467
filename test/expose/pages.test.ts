import { expect, test } from "vitest";

import { createPages, type Pages } from "../../src/expose/pages.ts";
import { aView } from "../support/a-view.ts";

const links = { metricsPath: "/metrics", hasApi: true };

/** Pages that each take so many seconds, by a clock that the test sets. */
function slowPages(renderSeconds: number): {
  readonly pages: Pages;
  readonly views: () => number;
  readonly pass: (seconds: number) => void;
} {
  let [seconds, views] = [1000, 0];
  const view = (): ReturnType<typeof aView> => {
    seconds += renderSeconds;
    views += 1;
    return aView();
  };
  return {
    pages: createPages(view, links, () => seconds),
    views: () => views,
    pass: (more) => (seconds += more),
  };
}

const kinds = ["metrics", "landing", "unfoldedLanding", "suspects"] as const;

test.for(kinds)("%s: a dear page is kept for a second, though looks come meanwhile", async (kind) => {
  const { pages, views, pass } = slowPages(0.3);
  const first = await pages[kind]();
  for (let turn = 0; turn < 6; turn += 1) {
    pages.age();
    pass(0.1);
    expect(await pages[kind]()).toBe(first);
  }
  expect(views()).toBe(1);
  pass(0.11);
  expect(await pages[kind]()).not.toBe(first);
  expect(views()).toBe(2);
});

test.for(kinds)("%s: a cheap page is kept for ten times what it took", async (kind) => {
  const { pages, pass } = slowPages(0.001);
  const first = await pages[kind]();
  pages.age();
  pass(0.008);
  expect(await pages[kind]()).toBe(first);
  pass(0.002);
  expect(await pages[kind]()).not.toBe(first);
});

test.for(kinds)("%s: a page that was dropped is not shown again", async (kind) => {
  const { pages } = slowPages(0.3);
  const first = await pages[kind]();
  pages.drop();
  pages.age();
  expect(await pages[kind]()).not.toBe(first);
});

test("nothing is rendered while nobody asks, however many looks come", async () => {
  const { pages, views, pass } = slowPages(0);
  for (let look = 0; look < 100; look += 1) {
    pages.age();
    pass(5);
  }
  expect(views()).toBe(0);
  await pages.metrics();
  expect(views()).toBe(1);
});

test("what never changes is kept, but for the landing page, which says how late it is", async () => {
  const { pages, pass } = slowPages(0.3);
  const before = [await pages.metrics(), pages.suspects(), pages.landing()];
  pass(3600);
  const after = [await pages.metrics(), pages.suspects(), pages.landing()];
  expect(after.map((page, index) => page === before[index])).toEqual([true, true, false]);
});

test("whoever asks while a page is made shares it, unless it has been made for a second", async () => {
  const { pages, views, pass } = slowPages(0);
  const first = pages.metrics();
  pages.age();
  const second = pages.metrics();
  expect(views()).toBe(1);
  pass(1.01);
  const third = pages.metrics();
  expect(await second).toBe(await first);
  expect(await third).not.toBe(await first);
});

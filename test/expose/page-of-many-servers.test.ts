import { Registry } from "prom-client";
import { expect, onTestFinished, test, vi } from "vitest";

import { metrics } from "../../src/expose/metrics.ts";
import { pageText } from "../support/page-text.ts";
import { aBusyView } from "../support/a-busy-view.ts";
import { aServerView, aView } from "../support/a-view.ts";
import { parseExposition } from "../support/strict-exposition.ts";

const [busy = aServerView(), down = aServerView()] = aBusyView().servers;

/** Servers that are up and busy, but for the last one, which is down. */
function named(names: readonly string[]): ReturnType<typeof aView>["servers"] {
  return names.map((server, index) => ({ ...(index === names.length - 1 ? down : busy), server }));
}

function isOfServer(line: string): boolean {
  return /server="db\d+"/u.test(line);
}

function lines(page: string): readonly string[] {
  return page.split("\n");
}

test("of many servers the page says what the pages of each say, under one header for each metric", async () => {
  const names = Array.from({ length: 45 }, (_, index) => `db${index}`);
  const servers = named(names);
  const page = await pageText(aView({ servers }), new Registry());
  parseExposition(page);
  const single = await Promise.all(
    servers.map((server) => pageText(aView({ servers: [server] }), new Registry())),
  );
  expect(lines(page).filter(isOfServer).toSorted()).toEqual(
    single.flatMap((text) => lines(text).filter(isOfServer)).toSorted(),
  );
  const rest = (text: string): readonly string[] => lines(text).filter((line) => !isOfServer(line));
  expect(rest(page)).toEqual(rest(single[0] ?? ""));
});

test("while the page of many servers is made, others get their turn within each of its metrics", async () => {
  const servers = named(Array.from({ length: 300 }, (_, index) => `db${index}`));
  // By this clock a turn is due whenever it is asked.
  let clock = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (clock += 1000));
  onTestFinished(() => void vi.restoreAllMocks());
  let turns = 0;
  let next = setImmediate(count);
  function count(): void {
    turns += 1;
    next = setImmediate(count);
  }
  await pageText(aView({ servers }), new Registry());
  clearImmediate(next);
  const ofServers = metrics.filter(({ labels }) => labels.includes("server"));
  expect(turns).toBeGreaterThan(10 * ofServers.length);
});

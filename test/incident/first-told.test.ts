import { expect, test } from "vitest";

import { firstToldOf } from "./first-told.ts";
import type { Told } from "./webhook.ts";

function aTold(alertname: string, atMs: number, more: Partial<Told> = {}): Told {
  return {
    receiver: "pager",
    status: "firing",
    labels: { alertname, server: "here" },
    annotations: { description: `at ${atMs}` },
    atMs,
    ...more,
  };
}

test("each alert of the server stands once, with its first words and all whom it reached", () => {
  const told = [
    aTold("B", 20),
    aTold("A", 10),
    aTold("A", 11, { receiver: "channel" }),
    aTold("A", 30),
    aTold("B", 40, { status: "resolved" }),
    aTold("C", 50, { status: "resolved" }),
    aTold("D", 60, { labels: { alertname: "D", server: "there" } }),
  ];
  expect(firstToldOf(told, "here")).toEqual([
    { alertname: "A", atMs: 10, description: "at 10", receivers: ["channel", "pager"] },
    { alertname: "B", atMs: 20, description: "at 20", receivers: ["pager"] },
  ]);
});

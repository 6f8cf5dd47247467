import { expect, test } from "vitest";

import { whyBlind } from "../../src/commands/why-blind.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aProbe, aReport, aServerView } from "../support/a-view.ts";

test.for([
  [0, []],
  [1, ["1 session is hidden from watcher: grant it pg_monitor"]],
  [2, ["2 sessions are hidden from watcher: grant it pg_monitor"]],
] as const)("%s hidden sessions", ([hiddenSessions, says]) => {
  const snapshot = aSnapshot({ coverage: { ...aSnapshot().coverage, hiddenSessions } });
  const view = aServerView({ report: aReport({ snapshot }), probe: aProbe({ user: "watcher" }) });
  expect(whyBlind(view)).toEqual(says);
});

test("a server that could not be looked at, and evidence that could not be read", () => {
  const failure = new PostgresFailure("timeout", "no reply");
  expect(whyBlind(aServerView({ failure }))).toEqual(["timeout: no reply"]);
  expect(whyBlind(aServerView({ evidenceFailure: "denied" }))).toEqual([
    "prepared transactions and lock waits unseen: denied",
  ]);
});

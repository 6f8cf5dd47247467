import { expect, test } from "vitest";

import { noPools } from "../../src/advise/declared-pools.ts";
import { emptyHistory, withLook } from "../../src/advise/history.ts";
import { adviceRequest, type Advised } from "../../src/expose/advice-request.ts";
import { aRecordedLook } from "../support/a-recorded-look.ts";
import { aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { aServerView } from "../support/a-view.ts";
import { rules } from "../support/thresholds.ts";

const judging = { thresholds: rules, isProtected: () => false, pools: noPools };
const seen = withLook(emptyHistory, aRecordedLook(), judging);
const servers = [aServerView({ server: "db1" }), aServerView({ server: "db2", history: seen })];

function ask(query: string, watched = servers): Advised {
  return adviceRequest({ servers: watched }, new URLSearchParams(query));
}

test("what the looks at a server advise is there for programs and for people", () => {
  expect(ask("server=db2")).toMatchObject({
    json: { server: "db2", looks: 1, text: expect.arrayContaining([expect.stringMatching(/^db2: 1 look,/)]) },
  });
});

test("what was over within a gap is not said to be known", () => {
  const other = { ...aSnapshot(), postmasterStart: "later", takenAtSeconds: seen.toSeconds + 10 };
  const history = withLook(seen, aRecordedLook(lookOf(other)), judging);
  const text = JSON.stringify(ask("", [aServerView({ history })]));
  expect(text).toContain("every one from 10s on outside of 1 gap");
  expect(text).toContain("UNKNOWN ones lasted at least as counted");
  expect(JSON.stringify(ask("server=db2"))).not.toContain("outside of");
});

test("a server that nobody looked at yet has no advice, and says so", () => {
  expect(ask("server=db1")).toMatchObject({
    json: { looks: 0, from: null, to: null, roles: [], text: ["db1: no look yet"] },
  });
});

test("one server is asked about at a time", () => {
  expect(ask("", servers.slice(1))).toMatchObject({ json: { server: "db2" } });
  expect(ask("")).toEqual({ status: 400, problem: "expected server=NAME, one of db1, db2" });
  expect(ask("server=db3")).toEqual({ status: 404, problem: "no server db3: expected one of db1, db2" });
});

import { expect, test } from "vitest";

import { noPools } from "../../src/advise/declared-pools.ts";
import { emptyHistory, withLook, type History } from "../../src/advise/history.ts";
import { emptyPeriodTally, withFinished } from "../../src/advise/period-tally.ts";
import { noUse } from "../../src/advise/session-use.ts";
import { createAdviceRequests } from "../../src/expose/advice-request.ts";
import { aRecordedLook } from "../support/a-recorded-look.ts";
import { aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { aServerView } from "../support/a-view.ts";
import { rules } from "../support/thresholds.ts";

const web = { datname: "shop", usename: "app", applicationName: "web" };
const judging = { thresholds: rules, isProtected: () => false, sparesRole: () => null, pools: noPools };
const seen = withLook(emptyHistory, aRecordedLook(), judging);
const servers = [aServerView({ server: "db1" }), aServerView({ server: "db2", history: seen })];

const answer = createAdviceRequests();

async function ask(query: string, watched = servers): Promise<object> {
  const answered = await answer({ servers: watched }, new URLSearchParams(query));
  return "problem" in answered ? answered : { json: JSON.parse(answered.page.toString()) };
}

test("what the looks at a server advise is there for programs and for people", async () => {
  expect(await ask("server=db2")).toMatchObject({
    json: { server: "db2", looks: 1, text: expect.arrayContaining([expect.stringMatching(/^db2: 1 look,/)]) },
  });
});

test("what was over within a gap is not said to be known", async () => {
  const other = { ...aSnapshot(), postmasterStart: "later", takenAtSeconds: seen.toSeconds + 10 };
  const history = withLook(seen, aRecordedLook(lookOf(other)), judging);
  const text = JSON.stringify(await ask("", [aServerView({ history })]));
  expect(text).toContain("every one from 10s on outside of 1 gap");
  expect(text).toContain("UNKNOWN ones lasted at least as counted");
  expect(JSON.stringify(await ask("server=db2"))).not.toContain("outside of");
});

test("a server that nobody looked at yet has no advice, and says so", async () => {
  expect(await ask("server=db1")).toMatchObject({
    json: { looks: 0, from: null, to: null, roles: [], text: ["db1: no look yet"] },
  });
});

test("one server is asked about at a time", async () => {
  expect(await ask("", servers.slice(1))).toMatchObject({ json: { server: "db2" } });
  expect(await ask("")).toEqual({ status: 400, problem: "expected server=NAME, one of db1, db2" });
  expect(await ask("server=db3")).toEqual({
    status: 404,
    problem: "no server db3: expected one of db1, db2",
  });
});

/** What the looks showed of this many roles and applications. */
function aCrowdedHistory(count: number): History {
  const period = { holder: web, isProtected: false, end: "vanished" as const, atLeastSeconds: 700 };
  const lengths = Array.from({ length: 200 }, (_none, index) => 100 * 1.05 ** index);
  const periods = lengths.reduce(
    (so, atMostSeconds) => withFinished(so, { ...period, atMostSeconds }),
    emptyPeriodTally,
  );
  const own = Array.from({ length: count }, (_none, index) => `r${index}`);
  const known = { looks: 1, unreadLooks: 0, periods, oldestIdleSeconds: 0 };
  const roles = new Map(own.map((usename) => [usename, { usename, ...known }]));
  const applications = new Map(own.map((name) => [name, { holder: web, use: noUse, ...known }]));
  return {
    ...seen,
    roles: { own: roles, others: null },
    applications: { own: applications, others: null },
  };
}

test("others have their turn while an answer is made, which is made once for a look", async () => {
  const crowded = [aServerView({ server: "db1", history: aCrowdedHistory(500) })];
  const first = answer({ servers: crowded }, new URLSearchParams());
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const [one, other] = await Promise.all([first, answer({ servers: crowded }, new URLSearchParams())]);
  clearImmediate(next);
  expect(turns).toBeGreaterThan(5);
  const again = await answer({ servers: crowded }, new URLSearchParams());
  if ("problem" in one || "problem" in other || "problem" in again) throw new Error("expected pages");
  // Megabytes: their difference would take minutes to print.
  expect([other.page === one.page, again.page === one.page]).toEqual([true, true]);
});

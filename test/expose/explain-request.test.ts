import { describe, expect, test } from "vitest";

import { explainRequest, type Explained } from "../../src/expose/explain-request.ts";
import { firstView, viewAfterFailure } from "../../src/expose/server-view.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aBackend } from "../support/a-backend.ts";
import { seen } from "../support/a-sighting.ts";
import { aReport, aServerView } from "../support/a-view.ts";

const backend = aBackend({ id: { pid: 7, backendStart: "b" } });
const watched = ["db1", "db2"].map((server) =>
  aServerView({ server, report: aReport({ sightings: [seen(backend)] }) }),
);
const alone = watched.slice(0, 1);

function ask(query: string, servers = watched): Explained {
  return explainRequest({ servers, isEnforceFlagged: true }, new URLSearchParams(query));
}

test("a session of a server is explained, for programs and for people", () => {
  const answer = ask("pid=7&server=db2");
  expect(answer).toMatchObject({
    json: { server: "db2", pid: 7, backend: { state: "idle" } },
  });
  expect("json" in answer ? answer.json.text[0] : "").toContain("pid 7 on db2");
});

test("the server need not be named where there is only one", () => {
  expect(ask("pid=7", alone)).toMatchObject({ json: { server: "db1" } });
  expect(ask("pid=7&server=db1", alone)).toMatchObject({ json: { server: "db1" } });
  expect(ask("pid=7")).toEqual({ status: 400, problem: "expected server=NAME, one of db1, db2" });
});

describe("a question that makes no sense", () => {
  test.for([
    "",
    "pid=",
    "pid=0",
    "pid=-1",
    "pid=1.5",
    "pid=0x7",
    "pid=7%20",
    "pid=2147483648",
    "pid=99999999999",
  ])("%j is answered with what was expected", (query) => {
    expect(ask(query, alone)).toEqual({ status: 400, problem: "expected pid=N, the pid of a session" });
  });

  test("about a server that nobody watches is answered with those that are", () => {
    expect(ask("pid=7&server=db3")).toEqual({
      status: 404,
      problem: "no server db3: expected one of db1, db2",
    });
  });

  test.for(["pid=7", "pid=7&server=db3"])("%j, with nobody watched, promises no choice", (query) => {
    expect(ask(query, [])).toEqual({ status: 404, problem: "no server is watched" });
  });

  test("is not repeated at any length, nor with what could rewrite a terminal", () => {
    const answer = ask(`pid=7&server=${encodeURIComponent(`\u001b[2J${"x".repeat(10_000)}`)}`);
    const problem = "problem" in answer ? answer.problem : "";
    expect(problem).toContain("\\x1b[2J");
    expect(problem.length).toBeLessThan(150);
  });
});

test("of a server that was not seen nothing is known, and why", () => {
  const down = viewAfterFailure(aServerView(), new PostgresFailure("auth", "password\nrefused"));
  expect(ask("pid=7", [down])).toEqual({
    status: 503,
    problem: "nothing is known of db1: auth: password\\x0arefused",
  });
  expect(ask("pid=7", [firstView("db1", 5)])).toEqual({
    status: 503,
    problem: "nothing is known of db1: it was not looked at yet",
  });
});

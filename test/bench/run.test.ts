import { expect, test } from "vitest";

import { createLifetime } from "../../bench/lifetime.ts";
import { runBench } from "../../bench/run.ts";

test("what has failed is complained of, and what was measured is told all the same", async () => {
  const lifetime = createLifetime();
  const { report, complaints } = await runBench(lifetime, {
    // Nobody has it, so that no server starts: neither for the sessions, nor for what is measured once.
    major: "99",
    sessions: [20],
    mixes: ["calm"],
    repetitions: 3,
    samples: 10,
    isQuick: false,
  });
  await lifetime.end();
  expect(report).toMatch(/^\| start to first page .*\| has failed/m);
  expect(complaints).toContain("backToBack has failed");
  expect(complaints).toContainEqual(expect.stringContaining("20 sessions: Error: PostgreSQL 99"));
});

import { expect, test } from "vitest";

import { cannotTell, isHonest, leaks } from "../../../bench/verdict/labels/label.ts";
import { verdictReport } from "../../../bench/verdict/report/report.ts";
import { judges, type Outcome, type Said } from "../../../bench/verdict/score/outcome.ts";

const told = (scenario: string): Parameters<typeof isHonest>[0] => ({
  scenario,
  who: { usename: "orders", applicationName: scenario },
  why: "It does what it does.",
});
const leak = leaks("never_used", "slot", told("forgotten"));
const honest = isHonest(told("diligent"));
const unclear = cannotTell(isHonest(told("lunch")), "Who comes back is not known.");

const nothing: Said = { leaks: false, afterSeconds: null, as: null };

function outcome(label: Outcome["label"], major: string, said: Readonly<Record<string, Said>>): Outcome {
  return {
    label,
    major,
    isSeparable: label.ambiguous === null,
    sessions: { leaked: 1, named: 1, wronged: 0 },
    said: new Map(judges.map((judge) => [judge, said[judge] ?? nothing])),
  };
}

const after = (minutes: number, as: string | null = null): Said => ({
  leaks: true,
  afterSeconds: 60 * minutes,
  as,
});

const report = verdictReport({
  machine: ["a machine"],
  notRun: ["a dump, on 18: too new"],
  isQuick: false,
  outcomes: [
    outcome(leak, "13", { pgleash: after(60), CloudNativePG: after(6) }),
    outcome(leak, "18", { pgleash: after(62) }),
    outcome(honest, "13", { pgmonitor: after(2) }),
    outcome(unclear, "13", { pgleash: after(10, "idle_in_transaction, slot") }),
  ],
});

/** The row of a table that begins so, without the blanks that fill it. */
function rows(first: string): readonly string[] {
  const lines = report.split("\n").filter((line) => line.startsWith(`| ${first} `));
  return lines.map((line) => line.replaceAll(/ +/g, " "));
}

test("what the view cannot tell is in the second table and in the sum, and not in the first", () => {
  expect(rows("pgleash")).toEqual([
    "| pgleash | 1 of 1 | 0 of 1 | 1.00 | 1.00 | 60.0 min |",
    "| pgleash | 1 of 1 | 0 of 0 | 1.00 | 1.00 | 62.0 min |",
    "| pgleash | 0 of 0 | 1 of 1 | 0.00 | – | – |",
    "| pgleash | 2 of 2 | 1 of 2 | 0.67 | 1.00 | 60.0 min |",
  ]);
});

test("majors that agree share a cell, others do not, and honest work has no time", () => {
  expect(rows("forgotten")).toEqual([
    expect.stringContaining("| never_used, slot | 60.0 min | missed | 13: 6.0 min; 18: missed |"),
  ]);
  expect(rows("diligent")[0]).toContain("| honest | | | | **false alarm**, 2.0 min |");
  const [reason = "", cells = ""] = rows("lunch");
  expect(reason).toContain("| Who comes back is not known. | 13 | wrong on 13 |");
  expect(cells).toContain("**false alarm** as idle_in_transaction, slot, 10.0 min");
});

test("what was not run is told, and so is every rule of others", () => {
  expect(report).toContain("- a dump, on 18: too new");
  for (const judge of judges.slice(1)) expect(rows(judge).length).toBeGreaterThan(4);
});

test("what has no row has no table, and a quick run says why", () => {
  const some = { machine: [], notRun: [], outcomes: [outcome(leak, "18", {})] };
  const quick = verdictReport({ ...some, isQuick: true });
  expect(quick).toContain("## What the view cannot tell\n\nNot part of `--quick`.\n\n## Everything together");
  expect(quick).toContain("## Honest work\n\nNot part of `--quick`.");
  expect(quick).toMatch(/## Not run\n\nEverything that is part of `--quick` was run\.$/);
  expect(quick).toMatch(/## Leaks\n\n\| scenario/);
  const full = verdictReport({ ...some, isQuick: false });
  expect(full).toMatch(/## Honest work\n\nNothing of that was played\.[^]*Everything was run\.$/);
});

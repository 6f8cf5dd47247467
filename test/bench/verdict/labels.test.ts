import { expect, test } from "vitest";

import { declaredPools } from "../../../bench/verdict/declared-pools.ts";
import { isSeparable } from "../../../bench/verdict/labels/label.ts";
import { labels } from "../../../bench/verdict/labels/labels.ts";
import { cast, quickCast, type Part } from "../../../bench/verdict/stage/cast.ts";
import { sins } from "../../clients/sins.ts";

/** By who a label is known in a table, and by whose sessions in a recording. */
const key = ({ usename, applicationName }: (typeof labels)[number]["who"]): string =>
  `${usename}/${applicationName ?? ""}`;

test("no two scenarios have the same name, nor the same sessions", () => {
  expect(new Set(labels.map(({ scenario }) => scenario)).size).toBe(labels.length);
  expect(new Set(labels.map(({ who }) => key(who))).size).toBe(labels.length);
  // A role of its own belongs to one scenario, whatever its applications.
  const wholeRoles = labels.flatMap(({ who }) => (who.applicationName === null ? [who.usename] : []));
  expect(
    labels.filter(({ who }) => who.applicationName !== null && wholeRoles.includes(who.usename)),
  ).toEqual([]);
});

test("there are leaks and honest work, of every kind that is on by default, and some that nobody can tell", () => {
  const separable = labels.filter((label) => isSeparable(label, "18"));
  expect(separable.length).toBeGreaterThanOrEqual(40);
  expect(separable.filter(({ leak }) => leak === null).length).toBeGreaterThanOrEqual(40);
  expect(new Set(separable.flatMap(({ leak }) => leak?.kind ?? []))).toEqual(
    new Set([
      "idle_in_transaction",
      "idle_in_transaction_aborted",
      "stalled_client",
      "long_transaction",
      "never_used",
      "prepared_transaction",
      "pool_overgrown",
    ]),
  );
  const ambiguous = labels.filter((label) => !isSeparable(label, "18"));
  expect(new Set(ambiguous.map(({ leak }) => leak === null))).toEqual(new Set([true, false]));
});

test("every label has a reason, and so has whatever nobody can tell", () => {
  const reasons = labels.flatMap(({ why, ambiguous }) => (ambiguous === null ? [why] : [why, ambiguous]));
  expect(reasons.filter((reason) => !/^[A-Z].{30,}\.$/.test(reason))).toEqual([]);
});

/** What a part plays, as the labels call it. */
function played({ file, scenarios }: Part): readonly string[] {
  const client = /[-_](?<name>[a-z0-9]+)\.(?:py|mjs)$/.exec(file)?.groups?.["name"];
  return scenarios.map((scenario) => `${client}: ${scenario}`);
}

test("whatever is played has a label, and whatever has a label is played", () => {
  const own = new Set(labels.map(({ scenario }) => scenario.replace(" through PgBouncer", "")));
  const all = cast.flatMap(played);
  expect(all.filter((scenario) => !own.has(scenario))).toEqual([]);
  expect(quickCast.flatMap(played).filter((scenario) => !all.includes(scenario))).toEqual([]);
  const victims = labels.filter(({ scenario }) => scenario.endsWith("-victims"));
  const dumps = labels.filter(({ scenario }) => scenario.startsWith("pg_dump"));
  // Whoever waits belongs to the program that it waits for.
  expect(labels).toHaveLength(all.length + victims.length + dumps.length);
});

test("one pool is declared, and no other one", () => {
  const declared = labels.filter(({ who }) => {
    const session = {
      datname: "shop",
      usename: who.usename,
      applicationName: who.applicationName,
      clientAddr: null,
    };
    return declaredPools.some((pool) => pool.matches(session));
  });
  expect(declared.map(({ scenario }) => scenario)).toEqual(["pg: declared-pool"]);
});

test("what the order services leak is called what their own tests call it", () => {
  const truth = new Map(labels.map(({ scenario, leak }) => [scenario, leak]));
  expect(sins).not.toHaveLength(0);
  for (const { client, scenario, kind, harm } of sins)
    expect([client, scenario, truth.get(`${client}: ${scenario}`)]).toEqual([
      client,
      scenario,
      { kind, harm },
    ]);
});

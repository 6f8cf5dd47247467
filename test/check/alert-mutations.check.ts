import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";

import { mutationsOf, type Mutation } from "../support/alert-mutations.ts";
import { runsTier } from "../support/fuzz-runs.ts";
import { selectorsOf } from "../support/promql.ts";
import {
  alertsOf,
  readRuleFile,
  readUnitTests,
  recordingsOf,
  type Alert,
  type Recording,
  type RuleFile,
  type UnitTests,
} from "../support/rule-file.ts";
import { runTool } from "../support/run-tool.ts";

let folder = "";

const shipped = await readRuleFile();
const unitTests = await readUnitTests();
const mutations = mutationsOf(shipped);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-alerts-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** How the cases of what is recorded for others begin. */
const recordedOnly = "recorded";

/** The alerts that a rule has a part in: itself, or all that read what it records. */
function alertsBehind(rule: string): readonly string[] {
  const readers = [...recordingsOf(shipped), ...alertsOf(shipped)].filter(({ expr }) =>
    selectorsOf(expr).some(({ metric }) => metric === rule),
  );
  const readBy = readers.flatMap((reader) =>
    "alert" in reader ? [reader.alert] : alertsBehind(reader.record),
  );
  const behind = [
    ...alertsOf(shipped)
      .map(({ alert }) => alert)
      .filter((alert) => alert === rule),
    ...readBy,
  ];
  return behind.length > 0 ? behind : [recordedOnly];
}

/** The cases of these alerts, and nothing else of their files. */
function casesOf(alerts: readonly string[]): readonly UnitTests[] {
  return unitTests
    .map((all) => ({
      ...all,
      tests: all.tests.filter(({ name }) => alerts.some((alert) => name.startsWith(`${alert}: `))),
    }))
    .filter(({ tests }) => tests.length > 0);
}

/** A rule file without the alerts that are not asked for: they take time, and have no part. */
function withAlerts({ groups }: RuleFile, alerts: readonly string[]): RuleFile {
  const isWanted = (rule: Alert | Recording): boolean => "record" in rule || alerts.includes(rule.alert);
  return { groups: groups.map((group) => ({ ...group, rules: group.rules.filter(isWanted) })) };
}

/** Whether all cases of the alerts behind a rule hold, by these rules. */
async function holds(rule: string, name: string, file: RuleFile): Promise<boolean> {
  const alerts = alertsBehind(rule);
  const home = join(folder, name);
  await mkdir(home);
  await writeFile(join(home, "rules.yml"), stringify(withAlerts(file, alerts)));
  const paths = casesOf(alerts).map(async ({ file: of, ...cases }) => {
    const path = join(home, `${of}.test.yml`);
    const text = stringify({ ...cases, rule_files: ["rules.yml"] }, { aliasDuplicateObjects: false });
    await writeFile(path, text);
    return path;
  });
  const { code, output } = await runTool("promtool", ["test", "rules", ...(await Promise.all(paths))]);
  // A file that promtool cannot read fails, too: that would say nothing.
  expect(output).toMatch(code === 0 ? /SUCCESS/ : /exp:|, err: /);
  return code === 0;
}

/** promtool takes a second for each, and there are hundreds: the full tier tries them all, a check each fourth. */
const triedOfEach = runsTier() === "full" ? 1 : 4;

const rules = [...new Set(mutations.map(({ rule }) => rule))];

test("every alert has numbers or times that can be changed, and cases to tell", () => {
  expect(
    alertsOf(shipped)
      .map(({ alert }) => alert)
      .filter((alert) => !rules.includes(alert)),
  ).toEqual([]);
  expect(rules.filter((rule) => casesOf(alertsBehind(rule)).length === 0)).toEqual([]);
});

describe.each(rules)("the cases of %s", (rule) => {
  const changes: readonly Mutation[] = mutations.filter((one) => one.rule === rule);

  test("hold with the shipped rules, and no piece of it that is tried can be another", async () => {
    expect(await holds(rule, `${rule}-shipped`, shipped)).toBe(true);
    const survivors: string[] = [];
    const waiting = [...changes.entries()].filter(([index]) => index % triedOfEach === 0);
    const tryNext = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, { what, file }] = next;
        if (await holds(rule, `${rule}-${index}`, file)) survivors.push(what);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, tryNext));
    expect(survivors.toSorted()).toEqual([]);
  }, 300_000);
});

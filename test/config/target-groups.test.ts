import { describe, expect, test } from "vitest";

import { formatIssue } from "../../src/config/issue.ts";
import { parseTargetGroups } from "../../src/config/target-groups.ts";

function read(
  text: string,
  name = "/all.yml",
): { readonly targets: unknown; readonly issues: readonly string[] } {
  const result = parseTargetGroups({ name, text });
  return "targets" in result
    ? { targets: result.targets.map(({ text: target, label }) => [target, label]), issues: [] }
    : { targets: null, issues: result.issues.map(formatIssue) };
}

const many = (count: number, text: string): string => `${`${text},`.repeat(count - 1)}${text}`;
const keys = (count: number): string =>
  Array.from({ length: count }, (_, index) => `"k${index}": []`).join(",");

describe("a file in the format of file_sd", () => {
  const groups = [
    { targets: ["db1:5432", "db2:5432"], labels: { env: "prod" } },
    { targets: ["postgres://db3/postgres?sslmode=require"], labels: { instance: "orders" } },
    { targets: ["db4"], labels: { instance: "four", server: "4" } },
    { targets: [] },
  ];
  const targets = [
    ["db1:5432", undefined],
    ["db2:5432", undefined],
    ["postgres://db3/postgres?sslmode=require", "orders"],
    ["db4", "4"],
  ];

  test("is JSON where it is called so", () => {
    expect(read(JSON.stringify(groups), "/all.json")).toEqual({ targets, issues: [] });
    expect(read(JSON.stringify(groups), "/all.JSON")).toEqual({ targets, issues: [] });
  });

  test("is YAML elsewhere, which JSON is too", () => {
    const yaml = `- targets:
  - db1:5432
  - 'db2:5432'
  labels: { env: prod }
- targets: ["postgres://db3/postgres?sslmode=require"]
  labels:
    instance: orders
- { targets: [db4], labels: { instance: four, server: 4, up: true, nothing: } }
- targets:
  labels:
`;
    expect(read(yaml)).toEqual({ targets, issues: [] });
    expect(read(JSON.stringify(groups))).toEqual({ targets, issues: [] });
  });

  test("may name nobody", () => {
    expect(read("[]")).toEqual({ targets: [], issues: [] });
    expect(read("[]", "/all.json")).toEqual({ targets: [], issues: [] });
  });

  test("takes an empty label for none", () => {
    expect(read("- { targets: [db1], labels: { server: '', instance: one } }").targets).toEqual([
      ["db1", "one"],
    ]);
  });

  test.for(["/all.yml", "/all.json"])("tells where each target of %s stands", (name) => {
    const result = parseTargetGroups({ name, text: '[{"targets": ["db1"]},\n {"targets": ["db2", "db3"]}]' });
    const places = "targets" in result ? result.targets.map(({ place }) => place) : [];
    const position = { line: 2, column: 22 };
    expect(places[2]).toEqual({ source: name, position, path: "[1].targets[1]" });
  });
});

describe("what is no such file is told", () => {
  const LIST = "a list of mappings with targets and labels";
  const BROKEN = "expected JSON, got a character that cannot stand here, or too early an end";
  test.for([
    ["", `/all.yml: expected ${LIST}, got nothing (write [] where there is no server)`],
    ["# nothing yet\n", `/all.yml: expected ${LIST}, got nothing (write [] where there is no server)`],
    ["targets: [db1]", `/all.yml:1:1: expected ${LIST}, got a mapping`],
    ["- db1:5432", "/all.yml:1:3: [0]: expected a mapping of keys to values, got a text"],
    ["- targets: db1", "/all.yml:1:12: [0].targets: expected a list of targets, got a text"],
    [
      "- targets: [db1]\n  lables: {}",
      "/all.yml:2:3: [0].lables: expected one of targets, labels, got an unknown key (did you mean labels?)",
    ],
    [
      "- targets: [5432]",
      "/all.yml:1:13: [0].targets[0]: expected host:port, or a connection string, got the number 5432 (put it in quotes)",
    ],
    ["- labels: [a]", "/all.yml:1:11: [0].labels: expected a mapping of labels to texts, got a list"],
    ["- labels: { a: [] }", "/all.yml:1:16: [0].labels.a: expected a text, got an empty list"],
    ["- targets: [db1\n", "/all.yml:2:1: expected YAML, got"],
    [
      "- targets: [db1]\n- labels: { server: orders }",
      "/all.yml:2:3: [1]: expected targets beside labels, got none (write targets: [] where there is nobody)",
    ],
    ["- { targets: [], targets: [] }", "/all.yml:1:18: targets: expected every key once"],
  ] as const)("%j", ([text, told]) => {
    const { issues } = read(text);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(told);
  });

  test.for([
    ["", `/all.json: expected ${LIST}, got nothing (write [] where there is no server)`],
    ["{", `/all.json:1:2: ${BROKEN}`],
    ["- targets: [db1]", `/all.json:1:1: ${BROKEN}`],
    ['[{"targets": ["db1",\n  "db2"  "db3"]}]', `/all.json:2:10: ${BROKEN}`],
    ['[{"targets": ["db1"],}]', `/all.json:1:22: ${BROKEN}`],
    ["[] []", `/all.json:1:4: ${BROKEN}`],
    ['[{"targets": 5}]', "/all.json:1:14: [0].targets: expected a list of targets, got the number 5"],
    [
      '\n[{}, {\n"lables": {}}]',
      "/all.json:3:1: [1].lables: expected one of targets, labels, got an unknown key",
    ],
    ["[null]", "/all.json:1:2: [0]: expected a mapping of keys to values, got nothing"],
  ] as const)("as JSON: %j", ([text, told]) => {
    const { issues } = read(text, "/all.json");
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(told);
  });

  test("without the password of a target that is not where it belongs", () => {
    const url = "postgres://u:s3cret@db1";
    const texts = [`- targets: "${url}"`, `- "${url}": [x]`, `- targets: [{ "${url}": x }]`, `"${url}"`];
    for (const text of texts) {
      const { issues } = read(text);
      expect(issues.length).toBeGreaterThan(0);
      expect(issues.join()).not.toContain("s3cret");
    }
  });

  test.for(["/all.yml", "/all.json"])("20 times at most, and how many more there are: %s", (name) => {
    const result = parseTargetGroups({ name, text: `[${"5, ".repeat(999)}5]` });
    expect(result).toMatchObject({ issues: { length: 20 }, untold: 980 });
    expect(parseTargetGroups({ name, text: "[5]" })).toMatchObject({ issues: { length: 1 }, untold: 0 });
  });

  test.for([
    ["groups", `[${many(2001, "5")}]`, ": expected at most 2000 groups, got 2001"],
    ["targets", `[{"targets": [${many(2001, "5")}]}]`, ": expected at most 2000 targets, got 2001"],
    [
      "targets of all groups",
      `[{"targets": [${many(1000, "5")}]}, {"targets": [${many(1001, "5")}]}]`,
      ": expected at most 2000 targets, got 2001",
    ],
    [
      "labels",
      `[5, {"labels": {${keys(10_000)}}}, {"labels": {${keys(10_001)}}}]`,
      ": expected at most 20000 labels, got 20001",
    ],
    ["keys", `[{${keys(20_003)}}]`, ": expected at most 20000 labels, got 20001"],
    [
      "of everything",
      `[{"targets": [${many(50_000, "5")}], "labels": {${keys(20_001)}}}]`,
      ": expected at most 2000 targets, got 50000",
    ],
  ] as const)("once where there are too many %s", ([, text, told]) => {
    expect(read(text, "/all.json").issues).toEqual([`/all.json${told}`]);
  });

  test("where the most that there may be are all wrong", () => {
    const text = `[{"targets": [${many(2000, "5")}], "labels": {${keys(8000)}}}, ${many(1999, `{${keys(8)}}`)}]`;
    const result = parseTargetGroups({ name: "/all.json", text });
    expect(result).toMatchObject({ issues: { length: 20 } });
  });

  test("when it is so large that to read it would delay looks", () => {
    const text = `[${" ".repeat(256 * 1024)}{}]`;
    expect(read(text).issues).toEqual([
      "/all.yml: expected at most 256 KiB of YAML, got more (write a longer list as .json)",
    ]);
    expect(read(text, "/all.json").issues).toEqual([]);
  });
});

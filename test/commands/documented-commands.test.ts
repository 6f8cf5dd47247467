import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { checkNames } from "../../src/commands/checks.ts";
import { exitCodeMeanings } from "../../src/commands/command.ts";
import { doctorJson } from "../../src/commands/doctor-json.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { runWords } from "../support/a-runtime.ts";
import { configOf } from "../support/config-text.ts";

const page = await readFile(new URL("../../docs/commands.md", import.meta.url), "utf8");
const { stdout: mainHelp } = await runWords(["--help"]);
const names = [...mainHelp.matchAll(/^ {2}([a-z][a-z-]*)(?: show)? {2,}\S/gm)].flatMap(
  (found) => found[1] ?? [],
);

function sectionOf(heading: string): string {
  return page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
}

function cellsOf(line: string): readonly string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function rowsOf(section: string): readonly (readonly string[])[] {
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map(cellsOf);
}

/** The rows that begin with the name of a field. */
function fieldsIn(section: string): readonly string[] {
  return rowsOf(section).flatMap(([field = ""]) => /^`(?<name>\w+)`$/.exec(field)?.groups?.["name"] ?? []);
}

/** The text of the first block of code. */
function firstBlock(section: string): string {
  return /```\n(?<text>[^]*?)```/.exec(section)?.groups?.["text"] ?? "";
}

describe("docs/commands.md", () => {
  test("has a section for each command, in the order of the help", () => {
    const headings = [...page.matchAll(/^## (.*)$/gm)].flatMap((found) => found[1] ?? []);
    expect(headings).toEqual(["Habits", "Exit codes", "pgleash", ...names]);
    expect(names).toHaveLength(15);
  });

  test("says what pgleash --help says", () => {
    expect(firstBlock(sectionOf("pgleash"))).toBe(mainHelp);
  });

  test.for(names)("says what pgleash %s --help says", async (name) => {
    const { stdout } = await runWords([name, "--help"]);
    expect(firstBlock(sectionOf(name))).toBe(stdout);
  });

  test("has the exit codes of the program, as the help has them", () => {
    const rows = rowsOf(sectionOf("Exit codes")).slice(2);
    expect(rows).toEqual(Object.entries(exitCodeMeanings).map(([code, meaning]) => [code, meaning]));
    const told = mainHelp.split("Exit codes:\n")[1] ?? "";
    expect(
      told
        .trimEnd()
        .split("\n")
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual(rows);
  });

  test("names every command that knows --json", async () => {
    const knowing = [];
    for (const name of names) {
      const { stdout } = await runWords([name, "--help"]);
      if (stdout.includes("--json")) knowing.push(name);
    }
    const sentence =
      /wherever a table or a list is printed: (?<list>[^.]*)\./.exec(page)?.groups?.["list"] ?? "";
    const told = sentence.split(", ").map((word) => word.replaceAll("`", ""));
    expect(told.toSorted()).toEqual(knowing.toSorted());
  });
});

test("the fields of doctor and check-config are those of the page", async () => {
  const [server] = configOf("servers: [{ name: main, url: 'host=db1' }]").servers;
  if (server === undefined) throw new Error("expected a server");
  const why = new PostgresFailure("connect", "gone");
  const nothing = { place: null, connectSeconds: 0, probe: null, inspection: null, look: null };
  const examination = { server, ...nothing, failure: { at: "connect" as const, why } };
  const said = doctorJson([{ examination, checks: [] }], []);
  const [, fields = ""] = sectionOf("doctor").split("\nWith `--json`:\n");
  expect(fieldsIn(fields)).toEqual([...Object.keys(said), ...Object.keys(said.servers[0] ?? {})]);
  expect(fieldsIn(sectionOf("doctor").replace(fields, ""))).toEqual(checkNames);

  const { stdout } = await runWords(["check-config", "--json", "no-such-file.yml"]);
  expect(fieldsIn(sectionOf("check-config"))).toEqual(Object.keys(JSON.parse(stdout)));
});

describe("every help", () => {
  test.for(names)("of %s leads with examples", async (name) => {
    const { stdout } = await runWords([name, "--help"]);
    const [usage = "", examples = ""] = stdout.split("\n\n");
    expect(usage).toMatch(new RegExp(`^Usage: pgleash ${name}( |$)`, "m"));
    expect(examples).toMatch(/^Examples:\n( {2}.*pgleash .*\n?)+$/);
  });
});

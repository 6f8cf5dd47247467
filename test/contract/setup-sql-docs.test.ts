import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { setupSql } from "../../src/commands/setup-sql.ts";
import { setupStatements } from "../../src/postgres/setup-statements.ts";

function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), "utf8");
}

function linesOf(text: string): readonly string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim());
}

test("the SQL in the README is lines of what setup-sql prints, to observe and to enforce, in their order", async () => {
  const [, shown = ""] = /```sql\n([^]*?)```/u.exec(await read("README.md")) ?? [];
  expect(linesOf(shown)).toContain("GRANT pg_monitor TO pgleash;");
  for (const maySignal of [false, true]) {
    const printed = linesOf(setupStatements({ maySignal }));
    expect(printed.filter((line) => linesOf(shown).includes(line))).toEqual(linesOf(shown));
  }
});

test.for([
  ["config/sql/setup-role.sql", false],
  ["config/sql/setup-role-enforce.sql", true],
] as const)("%s is what setup-sql prints: npm run generate", async ([path, maySignal]) => {
  expect(await read(path)).toBe(setupStatements({ maySignal }));
});

test("whoever pipes the SQL into psql as we write it stops at the first error", async () => {
  const folders = ["docs", "alerts/runbooks"];
  const listed = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(new URL(`../../${folder}`, import.meta.url))).map((file) => `${folder}/${file}`),
    ),
  );
  const pages = ["README.md", ...listed.flat().filter((path) => path.endsWith(".md"))];
  const texts = [setupSql.help, ...(await Promise.all(pages.map(read)))];
  const pipes = texts.flatMap((text) => [...text.matchAll(/setup-sql[^|`\n]* \| .*/g)].map(([pipe]) => pipe));
  expect(pipes.length).toBeGreaterThan(5);
  for (const pipe of pipes) expect(pipe).toMatch(/\| psql -v ON_ERROR_STOP=1/);
});

import { readdir, readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { runWords } from "../support/a-runtime.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { alertsFolder, alertsOf, readRuleFile } from "../support/rule-file.ts";

type Runbook = { readonly name: string; readonly text: string };

const folder = new URL("runbooks/", alertsFolder);
/** How to run the commands of the others. */
const readme = "README.md";
const runbooks: readonly Runbook[] = await Promise.all(
  (await readdir(folder))
    .filter((file) => file !== readme)
    .map(async (file) => ({
      name: file.replace(/\.md$/, ""),
      text: await readFile(new URL(file, folder), "utf8"),
    })),
);

/** The code blocks of a language, in a text or a part of it. */
function blocksOf(text: string, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, of]) => of === language)
    .map(([, , code = ""]) => code);
}

function sectionOf(text: string, heading: string): string {
  return text.split(/^## /m).find((section) => section.startsWith(`${heading}\n`)) ?? "";
}

test("some of them end sessions", () => {
  expect(runbooks.filter(({ text }) => text.includes("pg_terminate_backend(pid)")).length).toBeGreaterThan(3);
});

test("there is one for each alert, and for nothing else", async () => {
  const alerts = alertsOf(await readRuleFile()).map(({ alert }) => alert);
  expect(runbooks.map(({ name }) => name).toSorted()).toEqual(alerts.toSorted());
});

describe.each(runbooks)("$name", ({ name, text }) => {
  test("says what it means, what it costs, how to look closer and what to do", () => {
    expect(text.startsWith(`# ${name}\n`)).toBe(true);
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(["Meaning", "Impact", "Diagnosis", "Mitigation"]);
    for (const heading of ["Meaning", "Impact", "Diagnosis", "Mitigation"])
      expect(sectionOf(text, heading).length).toBeGreaterThan(heading.length + 15);
  });

  test("has commands to look closer", () => {
    const diagnosis = sectionOf(text, "Diagnosis");
    expect([...blocksOf(diagnosis, "sh"), ...blocksOf(diagnosis, "sql")].join("").trim()).not.toBe("");
  });

  test("says where its commands are explained, before the first of them", () => {
    const [before = ""] = sectionOf(text, "Diagnosis").split("```");
    expect(before).toContain(`](${readme})`);
  });

  test("ends a session only by who it is, or by an age that it tells to choose", () => {
    const ending = blocksOf(text, "sql")
      .flatMap((block) => block.split(";"))
      .filter((statement) => statement.includes("pg_terminate_backend(pid)"));
    const guard =
      /pid = PID AND backend_start::text = '\w+' AND \w+|AND state_change < now\(\) - interval '1 minute'/;
    expect(ending.filter((statement) => !guard.test(statement))).toEqual([]);
  });

  test("leads to pages and headings that are there", async () => {
    for (const [, path = "", anchor] of text.matchAll(/\]\(([^)#:]+)(?:#([^)]*))?\)/g)) {
      const target = new URL(path, folder);
      expect({ path, isThere: existsSync(target) }).toEqual({ path, isThere: true });
      if (anchor === undefined) continue;
      const headings = [...(await readFile(target, "utf8")).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\w\s-]/g, "")
          .replaceAll(" ", "-"),
      );
      expect(headings).toContain(anchor);
    }
  });

  test("names commands and options of pgleash that there are", async () => {
    const shell = blocksOf(text, "sh").join("");
    for (const [, command = "", rest = ""] of shell.matchAll(
      /^pgleash ((?:config )?[a-z-]+)(.*?)(?: +#.*)?$/gm,
    )) {
      const { code, stdout } = await runWords([...command.split(" "), "--help"]);
      expect({ command, code }).toEqual({ command, code: 0 });
      for (const [option] of rest.matchAll(/--[a-z.-]+/g)) expect(stdout).toContain(option);
    }
  });
});

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    server = await startServer(major);
  });
  afterAll(() => server.remove());

  test.each(runbooks)("the statements of $name can be run as they stand", async ({ text }) => {
    const sql = connectTo(server, { settings: { default_transaction_read_only: "on" } });
    const statements = blocksOf(text, "sql")
      .filter((block) => !block.includes("PREPARED '"))
      // 13 counts no terminated sessions, and the runbook says so.
      .filter((block) => major !== "13" || !block.includes("sessions_killed"));
    try {
      for (const statement of statements)
        await expect(sql.unsafe(statement.replaceAll("PID", "0")).simple()).resolves.toBeDefined();
    } finally {
      await sql.end();
    }
  });
});

import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { emptyEnvironment } from "../../src/postgres/naming/connection-environment.ts";
import { connectionParameters } from "../../src/postgres/naming/connection-parameters.ts";
import { completeConnection } from "../../src/postgres/naming/connection-settings.ts";
import { parseConnectionString } from "../../src/postgres/naming/connection-string.ts";
import { sslModes } from "../../src/postgres/settings.ts";

const page = await readFile(new URL("../../docs/connections.md", import.meta.url), "utf8");

/** The cells of the rows of the section with this heading. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const treatments = {
  supported: "supported",
  accepted: "accepted",
  set_aside: "set aside",
  refused: "refused",
};

describe("the table of parameters", () => {
  test("is that of the code, in its order", () => {
    const written = rowsOf("Parameters").map(([keyword, variable, since, treatment]) => [
      keyword,
      variable,
      since,
      treatment,
    ]);
    expect(written).toEqual(
      connectionParameters.map((parameter) => [
        `\`${parameter.keyword}\``,
        "variable" in parameter ? `\`${parameter.variable}\`` : "–",
        "since" in parameter ? String(parameter.since) : "–",
        treatments[parameter.treatment],
      ]),
    );
  });

  test("says of each that is not used what an error or a warning says", () => {
    const told = connectionParameters.flatMap((parameter) =>
      "told" in parameter ? [[`\`${parameter.keyword}\``, parameter.told]] : [],
    );
    const written = rowsOf("Parameters").map(([keyword, , , , meaning]) => [keyword, meaning]);
    expect(written).toEqual(expect.arrayContaining(told));
  });
});

test("the table of modes is that of the code", () => {
  expect(rowsOf("TLS").map(([mode]) => mode)).toEqual(sslModes.map((mode) => `\`${mode}\``));
});

test("the connection strings in it can be read", () => {
  const fenced = [...page.matchAll(/```\n([^]*?)```/gu)].flatMap(([, text = ""]) => text.trim().split("\n"));
  const quoted = [...page.matchAll(/`(postgres:\/\/[^`]*)`/gu)].map(([, text = ""]) => text);
  expect([...fenced, ...quoted].length).toBeGreaterThan(5);
  for (const text of [...fenced, ...quoted]) {
    const read = parseConnectionString(text);
    if (!("parts" in read)) throw new Error(`${text}: ${JSON.stringify(read.complaints)}`);
    const environment = { ...emptyEnvironment, osUser: "dba" };
    expect(completeConnection({ parts: read.parts }, environment)).toMatchObject({ warnings: [] });
  }
});

import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { detectors } from "../../src/classify/detectors/index.ts";
import { certainties } from "../../src/classify/certainty.ts";
import { backendKinds, leakKinds } from "../../src/classify/kind.ts";
import { builtInThresholds } from "../../src/classify/thresholds.ts";
import { formatDuration } from "../../src/config/duration.ts";
import { configOf } from "../support/config-text.ts";

const root = new URL("../../", import.meta.url);

function textOf(path: string): Promise<string> {
  return readFile(new URL(path, root), "utf8");
}

async function namesIn(folder: string, ending: string): Promise<readonly string[]> {
  const files = await readdir(new URL(folder, root));
  return files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
}

function dashed(kind: string): string {
  return kind.replaceAll("_", "-");
}

describe.for(leakKinds)("%s", (kind) => {
  test("has a detector, in a file of its name", async () => {
    expect(await textOf(`src/classify/detectors/${dashed(kind)}.ts`)).toContain(`kind: "${kind}"`);
  });

  test("has a test of its own", async () => {
    expect(await textOf(`test/classify/detectors/${dashed(kind)}.test.ts`)).toMatch(/\btest(\.for)?\(/);
  });

  test("can be configured under its name", () => {
    const text = `
detectors: { ${kind}: { suspect_after: 7s, leaked_after: 8s } }
servers: [{ name: db1, url: "postgres://u@h/d" }]
`;
    const [server] = configOf(text).servers;
    expect(server?.thresholds.defaults[kind]).toEqual({
      enabled: builtInThresholds[kind].enabled,
      suspectAfterSeconds: 7,
      leakedAfterSeconds: 8,
    });
  });

  test("stands in docs/configuration.md, with its built-in thresholds", async () => {
    const { suspectAfterSeconds, leakedAfterSeconds } = builtInThresholds[kind];
    const row = [suspectAfterSeconds, leakedAfterSeconds].map((seconds) => `\`${formatDuration(seconds)}\``);
    expect(await textOf("docs/configuration.md")).toContain(`| \`${kind}\` | ${row.join(" | ")} |`);
  });

  test("has a page that says how it decides, how sure it is and from when on", async () => {
    const page = await textOf(`docs/detectors/${kind}.md`);
    expect(page).toMatch(new RegExp(`^# \`${kind}\`\n`));
    const titles = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      "What it looks like",
      "How pgleash decides",
      "What it is not",
      "How sure",
      "What causes it, and how to mend it",
      "By hand",
    ]);
    const { suspectAfterSeconds, leakedAfterSeconds } = builtInThresholds[kind];
    expect(page).toContain(
      `a suspect after ${inWords(suspectAfterSeconds)} and leaked after ${inWords(leakedAfterSeconds)}.`,
    );
    expect(page.toLowerCase()).toContain(`## how sure\n\n**${certainties[kind]}.**`);
  });

  test("stands in the glossary", async () => {
    expect(await textOf("docs/glossary.md")).toContain(`\`${kind}\``);
  });
});

test("the detectors of backends stand in the order of precedence", () => {
  expect(detectors.map(({ kind }) => kind)).toEqual(backendKinds);
});

test.for([
  { folder: "src/classify/detectors", ending: ".ts", others: ["index"], named: dashed },
  { folder: "test/classify/detectors", ending: ".test.ts", others: [], named: dashed },
  { folder: "docs/detectors", ending: ".md", others: [], named: (kind: string) => kind },
])("$folder has no file without a kind", async ({ folder, ending, others, named }) => {
  const names = await namesIn(folder, ending);
  expect(names.toSorted()).toEqual([...leakKinds.map(named), ...others].toSorted());
});

/** `1 minute`, `2 hours`. */
function inWords(seconds: number): string {
  const [count, unit] = seconds >= 3600 ? [seconds / 3600, "hour"] : [seconds / 60, "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

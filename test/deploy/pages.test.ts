import { posix } from "node:path";
import { describe, expect, test } from "vitest";

import { shippedNames } from "../../src/config/protections.ts";
import { metrics } from "../../src/expose/metrics.ts";
import { issuesOf } from "../support/config-text.ts";
import { isThere, parseYaml, readText } from "./files.ts";
import { problemOf } from "./program.ts";

const pages = ["docs/deployment.md", "docs/managed-services.md", "docs/coming-from.md", "docs/leak-check.md"];

/** The fenced blocks of a page in a language; without a name, those that have none. */
function blocks(page: string, language: string): readonly string[] {
  return [...page.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text = ""]) => text);
}

/** The words behind `pgleash` of every call in a page, be it in a block or in a sentence. */
function callsIn(page: string): readonly (readonly string[])[] {
  const code = [...blocks(page, "sh"), ...[...page.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text)];
  const lines = code.flatMap((text) => text.replaceAll("\\\n", " ").split("\n"));
  return lines.flatMap((line) => {
    const [, call] =
      /(?:^|main\.js |pgleash )(?:pgleash )?((?:serve|suspects|check-config|config show|explain|pause|resume|replay|advise|setup-sql|healthcheck)\b[^|#]*)/.exec(
        line,
      ) ?? [];
    return call === undefined ? [] : [call.trim().split(/\s+/)];
  });
}

/** Where a link within the repository leads. */
function linksIn(page: string, path: string): readonly string[] {
  const targets = [...page.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !target.startsWith("https://"))
    .map((target) => posix.join(posix.dirname(path), target));
}

describe.each(pages)("%s", (path) => {
  test("names only metrics that there are", async () => {
    const named = (await readText(path)).match(/\bpgleash_[a-z_]+/g) ?? [];
    const known = new Set(metrics.map(({ name }) => name));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test("names only alerts that there are", async () => {
    const rules = await readText("alerts/pgleash.rules.yml");
    const known = new Set([...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name));
    const named = (await readText(path)).match(/\b(?:Pgleash[A-Z]\w+|DatabaseConnectionLeak)\b/g) ?? [];
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test("links only to what is there", async () => {
    const links = linksIn(await readText(path), path);
    expect(links).not.toEqual([]);
    expect(links.filter((target) => !isThere(target))).toEqual([]);
  });

  test("calls pgleash with words that it takes", async () => {
    for (const words of callsIn(await readText(path)))
      expect([words, await problemOf(words)]).toEqual([words, undefined]);
  });

  test("has YAML that parses, and configurations that load, also if they enforce", async () => {
    for (const text of blocks(await readText(path), "yaml")) {
      expect(parseYaml(text)).not.toEqual([]);
      if (!text.includes("policy:")) continue;
      expect(issuesOf(text)).toEqual([]);
      expect(issuesOf(text.replace("dry_run", "enforce"))).toEqual([]);
    }
  });
});

test("calls are found in these pages, so that there is something to check", async () => {
  const calls = await Promise.all(pages.map(async (path) => callsIn(await readText(path))));
  expect(calls.flat().length).toBeGreaterThan(8);
});

test("the page on managed services names the protections that are shipped for them", async () => {
  const page = await readText("docs/managed-services.md");
  const table = page.slice(page.indexOf("| protection | roles |"), page.indexOf("If your service"));
  const named = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
  expect(named.length).toBe(8);
  expect(named.filter((name) => !shippedNames.includes(name))).toEqual([]);
});

test("each thing that was not run is called so", async () => {
  const page = await readText("docs/deployment.md");
  for (const folder of ["config/systemd/", "config/compose/", "config/kubernetes/"])
    expect(page).toMatch(new RegExp(`\\(../${folder}[^|]*\\| \\*\\*parsed, not run`));
});

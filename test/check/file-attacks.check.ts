import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { startAttacked, type AttackedProgram } from "../support/attacked-program.ts";
import { endure, expectCalm } from "../support/endure.ts";
import { connectTo } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

let attacked: AttackedProgram;

beforeAll(async () => {
  attacked = await startAttacked();
});

afterAll(() => attacked.stop());

/** How often the log says so. */
function timesLogged(words: string): number {
  return attacked.program.log().filter(({ msg }) => String(msg).startsWith(words)).length;
}

/** Does something that the log tells of, and waits for that. */
async function untilLogged(words: string, act: () => Promise<unknown>): Promise<void> {
  const before = timesLogged(words);
  await act();
  await waitFor(words, () => timesLogged(words) > before);
}

async function reload(lines: string): Promise<void> {
  await attacked.configure(lines);
  attacked.program.kill("SIGHUP");
}

/** What a backtracking engine tries for ages on many times `a` and an exclamation mark. */
const catastrophes = [
  "(a+)+$",
  "(a|a)*$",
  "(a|aa)+$",
  "(a*)*b",
  "([a-zA-Z]+)*$",
  "(.*a){20}",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(a?){60}a{63}",
  "((a{1,30}){1,30})$",
];

test("regular expressions that take others for ever, on sessions that provoke them", async () => {
  const name = `${"a".repeat(62)}!`;
  const sessions = Array.from({ length: 20 }, () => connectTo(attacked.server, { applicationName: name }));
  await Promise.all(sessions.map((session) => session.unsafe("BEGIN")));
  const endured = await endure(attacked, {
    name: "regular expressions",
    async attack(over) {
      await untilLogged("configuration reloaded", () => reload(rulesOf(catastrophes)));
      await once(over, "abort");
      return 2 * catastrophes.length + 1;
    },
    words: (count) => `${count} on ${sessions.length} sessions that provoke them`,
  });
  expectCalm(endured);
  expect(await rulesOfSuspects()).toEqual(sessions.map(() => "last"));
  await Promise.all(sessions.map((session) => session.end({ timeout: 0 })));
});

/** Overrides and rules with these patterns, which fit nobody here, and one more rule that fits everybody. */
function rulesOf(patterns: readonly string[]): string {
  const overrides = patterns.map(
    (pattern) =>
      `  - { match: ['application_name=~"${pattern}"'], detectors: { idle_in_transaction: { leaked_after: 1h } } }\n`,
  );
  const rules = [...patterns, "(a+)+!$"].map(
    (pattern, index) =>
      `    - { name: ${index === patterns.length ? "last" : `rule ${index}`}, action: terminate, min_age: 1m,\n` +
      `        match: ['application_name=~"${pattern}"', 'usename="postgres"', 'kind="idle_in_transaction"'] }\n`,
  );
  return [
    "detectors: { idle_in_transaction: { suspect_after: 1s, leaked_after: 2s } }\n",
    `overrides:\n${overrides.join("")}`,
    `policy:\n  mode: dry_run\n  rules:\n${rules.join("")}`,
  ].join("");
}

const suspectsShape = z.object({
  suspects: z.array(z.object({ decision: z.object({ rule: z.string().nullable() }).nullable() })),
});

/** The rule that came furthest, of each suspect. */
async function rulesOfSuspects(): Promise<readonly (string | null | undefined)[]> {
  const response = await fetch(`http://127.0.0.1:${attacked.port}/api/v1/suspects`);
  return suspectsShape.parse(await response.json()).suspects.map(({ decision }) => decision?.rule);
}

const deep = 20_000;
const laughs = "abcdefghi".split("");

/** What brings down who reads it without care. */
const bombs: readonly string[] = [
  `- &z [lol]\n${laughs.map((name, index) => `- &${name} [${`*${laughs[index - 1] ?? "z"}, `.repeat(10)}]\n`).join("")}`,
  "[".repeat(deep),
  "{ a: ".repeat(deep),
  "- ".repeat(deep),
  "? ".repeat(deep),
  `${"[".repeat(deep)}${"]".repeat(deep)}`,
  "x".repeat(10_000_000),
  "- [{}, []]\n".repeat(1_000_000),
  // Short enough, but with too much in it.
  "- a\n".repeat(262_144),
  `[${"[],".repeat(349_524)}]`,
];

test("YAML bombs in all files that are read anew", async () => {
  const { folder } = attacked;
  const endured = await endure(attacked, {
    name: "YAML bombs",
    async attack() {
      await untilLogged("servers file not read", async () => {
        for (const [index, bomb] of bombs.entries()) {
          await folder.write(`servers/${index}.yml`, bomb);
          await folder.write(`servers/${index}.json`, bomb);
        }
      });
      for (const bomb of bombs) {
        await untilLogged("web configuration not reloaded", () => folder.write("web.yml", bomb));
        await untilLogged("configuration not reloaded", async () => {
          await folder.write("pgleash.yml", bomb);
          attacked.program.kill("SIGHUP");
        });
        await folder.write("web.yml", "");
        await untilLogged("web configuration reloaded", () => reload(""));
      }
      return bombs.length;
    },
    words: (count) => `${count} in the configuration, the web configuration, and servers files`,
  });
  expectCalm(endured);
  const problems = attacked.program.log().flatMap(({ problems: told }) => (Array.isArray(told) ? told : []));
  expect(
    problems.filter((line) => !/: expected .+, got .+|: it has more than \d+ bytes/.test(String(line))),
  ).toEqual([]);
  await rm(join(folder.path, "servers"), { recursive: true });
});

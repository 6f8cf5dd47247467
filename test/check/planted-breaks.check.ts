import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

/** A break planted into a copy of the tree, and the rule that must find it. */
type Plant = { readonly file: string; readonly code: string; readonly rule: string };

const boundary = "no-restricted-imports";

/** One import over the border of every folder, and of every file at the root of `src/`. */
const borders: readonly (readonly [file: string, specifier: string])[] = [
  ["src/config/planted-a.ts", "../expose/page.ts"],
  ["src/config/planted-b.ts", "node:child_process"],
  ["src/config/planted-c.ts", "yaml"],
  ["src/config/planted-d.ts", "node:fs/promises"],
  ["src/config/load.ts", "yaml"],
  ["src/config/show.ts", "re2js"],
  ["src/config/matcher.ts", "croner"],
  ["src/config/cron-field.ts", "croner"],
  ["src/config/window.ts", "yaml"],
  ["src/config/planted-e.ts", "../decide/decide.ts"],
  ["src/postgres/planted-a.ts", "../observe/snapshot.ts"],
  ["src/postgres/planted-b.ts", "pino"],
  ["src/observe/planted-a.ts", "../classify/kind.ts"],
  ["src/observe/planted-b.ts", "postgres"],
  ["src/observe/look-row.ts", "../postgres/session.ts"],
  ["src/classify/planted-a.ts", "../postgres/failure.ts"],
  ["src/classify/planted-b.ts", "node:fs/promises"],
  ["src/classify/planted-c.ts", "re2js"],
  ["src/classify/detectors/planted-a.ts", "../../expose/view.ts"],
  ["src/classify/detectors/planted-b.ts", "zod"],
  ["src/advise/planted-a.ts", "../expose/view.ts"],
  ["src/advise/planted-b.ts", "node:fs/promises"],
  ["src/expose/planted-a.ts", "../postgres/session.ts"],
  ["src/expose/planted-b.ts", "prom-client"],
  ["src/expose/planted-c.ts", "node:http"],
  ["src/expose/process-registry.ts", "../observe/snapshot.ts"],
  ["src/expose/page.ts", "prom-client"],
  ["src/web/planted-a.ts", "../expose/view.ts"],
  ["src/web/planted-b.ts", "bcryptjs"],
  ["src/web/passwords/password-thread.ts", "node:net"],
  ["src/commands/planted-a.ts", "postgres"],
  ["src/commands/planted-b.ts", "node:fs/promises"],
  ["src/demo/planted-a.ts", "../classify/kind.ts"],
  ["src/demo/planted-b.ts", "prom-client"],
  ["src/main.ts", "./daemon.ts"],
  ["src/cycle.ts", "./config/config.ts"],
  ["src/daemon.ts", "croner"],
  ["src/watch/planted-a.ts", "postgres"],
  ["src/watch/planted-b.ts", "pino"],
  ["src/watch/watch.ts", "croner"],
  ["src/watch/schedule.ts", "./narrate.ts"],
  ["src/watch/planted-c.ts", "../observe/observe.ts"],
  ["src/daemon.ts", "./postgres/session.ts"],
  ["src/log.ts", "./cycle.ts"],
  ["src/quick-look.ts", "./cycle.ts"],
  ["src/observe/quick-observe.ts", "postgres"],
  ["src/leak-check/planted-a.ts", "../act/end-session.ts"],
  ["src/leak-check/planted-b.ts", "node:child_process"],
  ["src/leak-check/child.ts", "../postgres/failure.ts"],
  ["bench/planted-a.ts", "../src/cycle.ts"],
  ["bench/measure/planted-a.ts", "../targets/target.ts"],
  ["bench/world/planted-a.ts", "../../src/cycle.ts"],
  ["bench/targets/planted-a.ts", "../phases/quick.ts"],
  ["bench/phases/planted-a.ts", "../../src/cycle.ts"],
  ["bench/report/planted-a.ts", "node:child_process"],
  ["bench/verdict/planted-a.ts", "../../src/cycle.ts"],
  ["bench/verdict/labels/planted-a.ts", "../recorder/recording.ts"],
  ["bench/verdict/recorder/planted-a.ts", "../labels/labels.ts"],
  ["bench/verdict/peers/planted-a.ts", "../../../src/classify/thresholds.ts"],
  ["bench/verdict/score/planted-a.ts", "../recorder/record.ts"],
  ["bench/verdict/stage/planted-a.ts", "../labels/labels.ts"],
  ["bench/verdict/report/planted-a.ts", "../recorder/record.ts"],
];

const plants: readonly Plant[] = [
  ...borders.map(([file, specifier]) => ({ file, code: `import "${specifier}";\n`, rule: boundary })),
  {
    file: "src/classify/planted-d.ts",
    code: 'import type { View } from "../expose/view.ts";\nexport type V = View;\n',
    rule: boundary,
  },
  {
    file: "src/classify/planted-e.ts",
    code: "export const now = Date.now();\n",
    rule: "no-restricted-globals",
  },
  {
    file: "src/classify/detectors/planted-c.ts",
    code: "export const now = new Date();\n",
    rule: "no-restricted-globals",
  },
  {
    file: "src/classify/planted-f.ts",
    code: "export const luck = Math.random();\n",
    rule: "no-restricted-properties",
  },
  {
    file: "src/classify/planted-g.ts",
    code: "export const later = setTimeout;\n",
    rule: "no-restricted-globals",
  },
  {
    file: "src/observe/look-statement.ts",
    code: "export const now = performance.now();\n",
    rule: "no-restricted-globals",
  },
  {
    file: "src/expose/planted-d.ts",
    code: "export const home = process.env.HOME;\n",
    rule: "no-process-env",
  },
  { file: "src/expose/planted-e.ts", code: "export default 1;\n", rule: "no-default-export" },
  { file: "src/expose/planted-f.ts", code: 'console.log("x");\n', rule: "no-console" },
  { file: "src/expose/planted-g.ts", code: "export const x: any = 1;\n", rule: "no-explicit-any" },
  { file: "src/expose/planted-h.ts", code: "export const x = [1][0]!;\n", rule: "no-non-null-assertion" },
  { file: "src/expose/planted-i.ts", code: "Promise.resolve(1);\n", rule: "no-floating-promises" },
  { file: "src/expose/plantedJ.ts", code: "export const x = 1;\n", rule: "filename-case" },
  {
    file: "src/expose/planted-k.ts",
    code: `${"// line\n".repeat(251)}export const x = 1;\n`,
    rule: "max-lines",
  },
  {
    file: "src/expose/planted-l.ts",
    code: `export function long(): number {\n  let x = 0;\n${"  x += 1;\n".repeat(60)}  return x;\n}\n`,
    rule: "max-lines-per-function",
  },
  {
    file: "src/expose/planted-m.ts",
    code: 'import { n } from "./planted-n.ts";\nexport const m = n;\n',
    rule: "no-cycle",
  },
  {
    file: "src/expose/planted-n.ts",
    code: 'import { m } from "./planted-m.ts";\nexport const n = m;\n',
    rule: "no-cycle",
  },
  {
    file: "test/planted.test.ts",
    code: 'import { test } from "vitest";\ntest.only("x", () => {});\n',
    rule: "no-focused-tests",
  },
];

const report = z.object({ diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })) });

describe("a break that is planted", () => {
  const folder = mkdtempSync(join(tmpdir(), "pgleash-planted-"));
  let found: readonly string[] = [];

  beforeAll(() => {
    for (const name of [
      "src",
      "test",
      "bench",
      ".oxlintrc.json",
      "tsconfig.json",
      "package.json",
      "vitest.config.ts",
    ])
      cpSync(name, join(folder, name), { recursive: true, filter: (path) => !path.includes("node_modules") });
    symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
    for (const { file, code } of plants) appendFileSync(join(folder, file), code);
    found = lint();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  /** Every finding as `file: rule`. */
  function lint(): readonly string[] {
    const { stdout } = spawnSync(join("node_modules", ".bin", "oxlint"), ["-f", "json"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    const { diagnostics } = report.parse(JSON.parse(stdout));
    return diagnostics.map(({ filename, code }) => `${filename}: ${/\((.*)\)/.exec(code)?.[1] ?? code}`);
  }

  test.for(
    plants.map(({ file, code, rule }) => [file, code.split("\n")[0]?.slice(0, 60) ?? "", rule] as const),
  )("in %s (%s) fails the lint by %s", ([file, , rule]) => {
    expect(found).toContain(`${file}: ${rule}`);
  });

  test("is all that the lint finds: the tree as it is has none", () => {
    const planted = new Set(plants.map(({ file }) => file));
    expect(found.filter((finding) => !planted.has(finding.split(":")[0] ?? ""))).toEqual([]);
  });

  test("of types fails the compiler", () => {
    const file = join(folder, "src/expose/planted-types.ts");
    writeFileSync(
      file,
      "export const list: readonly number[] = [];\nexport const first: number = list[0];\n",
    );
    const { status, stdout } = spawnSync(join("node_modules", ".bin", "tsc"), [], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stdout).toContain("src/expose/planted-types.ts(2,14): error TS2322");
  });

  test("in the formatting fails the format check", () => {
    cpSync(".oxfmtrc.json", join(folder, ".oxfmtrc.json"));
    writeFileSync(join(folder, "src/expose/planted-format.ts"), "export const  x = [1,2 ]\n");
    const { status, stdout } = spawnSync(join("node_modules", ".bin", "oxfmt"), ["--check", "src"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stdout).toContain("src/expose/planted-format.ts");
  });

  test("as an unused file fails the dead-code check", () => {
    for (const name of ["knip.json", "scripts", "package-lock.json"])
      cpSync(name, join(folder, name), { recursive: true });
    const { status, stdout } = spawnSync(join("node_modules", ".bin", "knip"), [], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stdout).toContain("src/expose/planted-g.ts");
  });
});

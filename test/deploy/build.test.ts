import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const BUILD_MS = 60_000;

/** A copy of what a build takes. */
async function cloned(): Promise<string> {
  const clone = await mkdtemp(join(tmpdir(), "pgleash-build-"));
  for (const path of ["package.json", "scripts", "src"])
    await cp(join(repository, path), join(clone, path), { recursive: true });
  await symlink(join(repository, "node_modules"), join(clone, "node_modules"));
  return clone;
}

test(
  "what is built can be run by its name, again after each build: `npx pgleash` in the clone links to it",
  { timeout: BUILD_MS },
  async () => {
    const clone = await cloned();
    try {
      await promisify(execFile)("npm", ["run", "--silent", "build"], { cwd: clone });
      const { mode } = await stat(join(clone, "dist", "main.js"));
      expect(mode & 0o111).toBe(0o111);
    } finally {
      await rm(clone, { recursive: true, force: true });
    }
  },
);

/** What the bundler says of a clone that was changed. */
async function complaint(change: (clone: string) => Promise<void>): Promise<string> {
  const clone = await cloned();
  try {
    await change(clone);
    const built = promisify(execFile)(process.execPath, ["scripts/bundle.mjs"], { cwd: clone });
    return await built.then(
      () => "none",
      (error: unknown) => String(error),
    );
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

describe("a build fails", { timeout: BUILD_MS }, () => {
  test.for([
    ["a file by its URL", "new URL('./planted.js', import.meta.url)", "looks beside itself for ./planted.js"],
    [
      "a file that is no thread",
      "new URL(`./serve.js`, import.meta.url)",
      "looks beside itself for ./serve.js",
    ],
    ["what is made of parts", "new URL(`./${process.pid}.js`, import.meta.url)", "what cannot be told"],
    ["whatever, by a name for the URL", "[import.meta.url]", "what cannot be told"],
  ] as const)("where the program looks for %s", async ([, code, said]) => {
    const told = await complaint((clone) =>
      appendFile(join(clone, "src/main.ts"), `export const planted = ${code};\n`),
    );
    expect(told).toContain(said);
  });

  test("where nobody starts a thread", async () => {
    const told = await complaint(async (clone) => {
      const file = join(clone, "src/discover/discovery.ts");
      const code = await readFile(file, "utf8");
      await writeFile(
        file,
        code.replace('new URL("./target-thread.js", import.meta.url)', 'new URL("file:///x")'),
      );
    });
    expect(told).toMatch(/nobody starts .*target-thread\.js/);
  });
});

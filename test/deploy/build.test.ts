import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const BUILD_MS = 60_000;

test(
  "what is built can be run by its name, again after each build: `npx pgleash` in the clone links to it",
  { timeout: BUILD_MS },
  async () => {
    const clone = await mkdtemp(join(tmpdir(), "pgleash-build-"));
    try {
      for (const path of ["package.json", "scripts", "src"])
        await cp(join(repository, path), join(clone, path), { recursive: true });
      await symlink(join(repository, "node_modules"), join(clone, "node_modules"));
      await promisify(execFile)("npm", ["run", "--silent", "build"], { cwd: clone });
      const { mode } = await stat(join(clone, "dist", "main.js"));
      expect(mode & 0o111).toBe(0o111);
    } finally {
      await rm(clone, { recursive: true, force: true });
    }
  },
);

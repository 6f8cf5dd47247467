import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 300_000 });

const repository = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Not `npm run bench`: that would build anew what other tests run at this moment. */
test("a quick run keeps its limits, and prints its table", async () => {
  await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "bench/tsconfig.json"], {
    cwd: repository,
  });
  const { stdout } = await run(process.execPath, ["bench/dist/bench/main.js", "--quick"], {
    cwd: repository,
  });
  process.stdout.write(`${stdout}\n`);
  expect(stdout).toMatch(/^\| statements a look +\| 1\.5 /m);
  expect(stdout).toContain("200 sessions");
});

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

const repository = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const program = "bench/dist/bench/main.js";

/** Not `npm run bench`: that would build anew what other tests run at this moment. */
beforeAll(async () => {
  await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "bench/tsconfig.json"], {
    cwd: repository,
  });
});

test("a quick run keeps its limits, and prints its table", async () => {
  const { stdout } = await run(process.execPath, [program, "--quick"], { cwd: repository });
  process.stdout.write(`${stdout}\n`);
  expect(stdout).toMatch(/^\| statements a look +\| 1 +\| 1\.5 /m);
  expect(stdout).toContain("200 sessions");
});

test.each(["SIGHUP", "SIGTERM"] as const)("%s ends everything that was started", async (signal) => {
  const words = [program, "--quick", "--sessions=20"];
  const bench = spawn(process.execPath, words, { cwd: repository, stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(bench, "exit");
  let said = "";
  try {
    for await (const chunk of bench.stderr.setEncoding("utf8")) {
      const isStarted = said.includes("looks and scrapes");
      said += String(chunk);
      // Once: by then there is a server, and a second signal would not be waited for.
      if (!isStarted && said.includes("looks and scrapes")) bench.kill(signal);
    }
    expect(await exited).toEqual([130, null]);
    expect(said).toContain("interrupted: everything that was started is ended");
  } finally {
    bench.kill("SIGKILL");
  }
});

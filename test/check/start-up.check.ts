import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { addressOf, runProgram, startProgram } from "../support/a-program.ts";
import { loadedBy } from "../support/loaded-files.ts";
import { postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));

let postgres: EmbeddedPostgres;

beforeAll(async () => {
  postgres = await startServer(postgresMajors()[0] ?? "18");
  await createWatchRole({ host: postgres.socketFolder, port: postgres.port });
});
afterAll(async () => {
  await postgres.remove();
});

/** Serves until there is a page with data, and stops. Resolves with that page, and how long it took. */
async function serveOnce(
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly page: string; readonly tookMs: number }> {
  const url = `postgres://pgleash@/postgres?host=${encodeURIComponent(postgres.socketFolder)}`;
  const startedMs = performance.now();
  const words = ["serve", "--web.listen-address=127.0.0.1:0"];
  const program = startProgram(words, { DATABASE_URL: url, ...variables });
  try {
    const address = await addressOf(program);
    await waitFor("readiness", async () => (await fetch(`${address}/-/ready`)).status === 200);
    const page = await (await fetch(`${address}/metrics`)).text();
    return { page, tookMs: performance.now() - startedMs };
  } finally {
    program.kill("SIGTERM");
    expect(await program.ended).toBe(0);
  }
}

describe("what is loaded", () => {
  test.for([[["--help"]], [["version"]], [["healthcheck", "--web.listen-address=127.0.0.1:1"]]] as const)(
    "%s loads no package",
    async ([words]) => {
      const loaded = await loadedBy((variables) => runProgram(words, variables));
      expect(loaded.sources).toContain("src/main.ts");
      expect(loaded.packages).toEqual([]);
      expect(loaded.bytes).toBeLessThan(50_000);
    },
  );

  test("serve loads up to its first page no other command, no record, no web configuration and no hash of passwords", async () => {
    const { sources, packages, bytes } = await loadedBy(serveOnce);
    process.stdout.write(`serve loads ${(bytes / 1e6).toFixed(2)} MB, of ${packages.join(", ")}\n`);
    expect(sources).toEqual(expect.arrayContaining(["src/commands/serve.ts", "src/cycle.ts"]));
    const commands =
      /^src\/commands\/(?:advise|check-config|demo|doctor|explain|pause|replay|suspects|tell-web-checked)\.ts$/;
    const unneeded = /^src\/(?:demo|record|web\/client)\/|^src\/web\/config\/load-web-config/;
    expect(sources.filter((path) => commands.test(path) || unneeded.test(path))).toEqual([]);
    expect(packages).toEqual(expect.arrayContaining(["postgres", "zod"]));
    expect(packages).not.toContain("bcryptjs");
    expect(bytes).toBeLessThan(2_000_000);
  });
});

test.for([
  ["serve", ["serve"], "the command serve"],
  ["recorder-at", ["serve", "--record=looks.jsonl"], "a part of the program"],
  ["load-web-config", ["serve", "--web.config.file=web.yml"], "a part of the program"],
  ["check-config", ["serve", "--config.check"], "a part of the program"],
] as const)("an installation that lost %s says so in a line", async ([lost, words, what]) => {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-lost-"));
  try {
    await cp(join(repository, "dist"), join(folder, "dist"), { recursive: true });
    await cp(join(repository, "package.json"), join(folder, "package.json"));
    const chunks = (await readdir(join(folder, "dist"))).filter(
      (name) => name.startsWith(`${lost}-`) && name.endsWith(".js"),
    );
    expect(chunks).toHaveLength(1);
    await rm(join(folder, "dist", chunks[0] ?? ""));
    const { PATH = "" } = process.env;
    const options = {
      cwd: folder,
      env: { PATH, DATABASE_URL: "postgres://pgleash@127.0.0.1:1/postgres" },
      timeout: 20_000,
    };
    const ran = run(process.execPath, [join(folder, "dist/main.js"), ...words], options);
    await expect(ran).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(`^pgleash: ${what} cannot be loaded: Cannot find module .*\n$`),
      ),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("serve has a page with data after a while, which is told beside the time of an empty Node.js", async () => {
  const { PATH = "" } = process.env;
  const [times, floors]: [number[], number[]] = [[], []];
  for (let round = 0; round < 5; round += 1) {
    const startedMs = performance.now();
    await run(process.execPath, ["-e", "0"], { env: { PATH } });
    floors.push(performance.now() - startedMs);
    const { page, tookMs } = await serveOnce();
    expect(page).toMatch(/^pgleash_up\{[^}]*\} 1$/m);
    times.push(tookMs);
  }
  const [time, floor] = [median(times), median(floors)];
  const ratio = (time / floor).toFixed(1);
  process.stdout.write(
    `first page after ${time.toFixed(0)} ms, ${ratio} times node -e 0 (${floor.toFixed(0)} ms)\n`,
  );
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

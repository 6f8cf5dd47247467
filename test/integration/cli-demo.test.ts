import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

import { expect, test, vi } from "vitest";
import { z } from "zod";

import { runProgram, startProgram, type Program } from "../support/a-program.ts";
import { connectTo } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000 });

const sinKinds = [
  "idle_in_transaction_aborted",
  "idle_in_transaction",
  "stalled_client",
  "stale_active",
  "long_transaction",
  "pool_overgrown",
];

test("the demo finds the kind of each of its mistakes, and leaves neither a process nor a folder", async () => {
  const program = startProgram(["demo", "--for=30s"]);
  try {
    const folder = await folderOf(program);
    expect((await processesOf(folder)).length).toBeGreaterThan(0);
    expect(await program.ended).toBe(0);
    const printed = program.stdout();
    for (const kind of sinKinds) expect(printed).toMatch(new RegExp(`^suspect +${kind} `, "mu"));
    expect(printed).toMatch(/^suspect +idle_in_transaction +blocks 1 .* \/checkout /m);
    expect(printed).toMatch(/^\d+s: \d+ of 115 slots used; all 6 kinds found after \d+s\./m);
    expect(printed).not.toMatch(/storefront|scheduler-leader|notifications|warehouse/);
    expect(program.stderr()).toBe("");
    await expectNothingLeft(folder);
  } finally {
    program.kill("SIGKILL");
  }
});

test("the unread COPY of the demo stays one episode when something wakes its server process", async () => {
  const program = startProgram(["demo"]);
  try {
    const admin = connectTo({ socketFolder: await folderOf(program), port: 5432 });
    const api = /\S+\/api\/v1\/suspects/.exec(program.stdout())?.[0] ?? "";
    const stalled = () => stalledClientAt(api);
    const before = await waitFor("the COPY to be suspected", stalled);
    // Not every COPY leaves room in the socket that a server process could fill when it wakes: the login's timer
    // must have rung in any case.
    const [login] =
      await admin`SELECT setting::int AS seconds FROM pg_settings WHERE name = 'authentication_timeout'`;
    expect(login?.["seconds"]).toBeLessThan(5);
    await admin`SELECT pg_reload_conf()`;
    await admin.end();
    const after = await waitFor("some more looks", async () => {
      const now = await stalled();
      return now !== undefined && now.sightings >= before.sightings + 3 && now;
    });
    expect(after.first_seen).toBe(before.first_seen);
  } finally {
    program.kill("SIGINT");
    await program.ended;
  }
});

test("the look that the demo offers finds the same, by the thresholds of the demo", async () => {
  const program = startProgram(["demo"]);
  try {
    await folderOf(program);
    expect(program.stdout()).toContain("Its thresholds are seconds here, not minutes");
    const [, file = ""] = /npx pgleash suspects (--config\.file=\S+)/.exec(program.stdout()) ?? [];
    await waitFor("the first suspects", () => /^suspect +idle_in_transaction /m.test(program.stdout()));
    const { code, stdout, stderr } = await runProgram(["suspects", file]);
    expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
    expect(stdout).toMatch(/^suspect +idle_in_transaction +blocks 1 .* checkout-api /m);
  } finally {
    program.kill("SIGINT");
    await program.ended;
  }
});

test("the demo cleans up when it is interrupted, and when it is killed", async () => {
  const [interrupted, killed] = [startProgram(["demo"]), startProgram(["demo"])];
  try {
    const [one, other] = await Promise.all([folderOf(interrupted), folderOf(killed)]);
    interrupted.kill("SIGINT");
    killed.kill("SIGKILL");
    expect(await Promise.all([interrupted.ended, killed.ended])).toEqual([0, "SIGKILL"]);
    await Promise.all([expectNothingLeft(one), expectNothingLeft(other)]);
  } finally {
    interrupted.kill("SIGKILL");
    killed.kill("SIGKILL");
  }
});

const suspectsAnswer = z.object({
  suspects: z.array(z.object({ kind: z.string(), sightings: z.number(), first_seen: z.string() })),
});

/** The stalled client among the suspects of a running demo. */
async function stalledClientAt(
  api: string,
): Promise<z.infer<typeof suspectsAnswer>["suspects"][number] | undefined> {
  const answer = await fetch(api);
  return suspectsAnswer.parse(await answer.json()).suspects.find(({ kind }) => kind === "stalled_client");
}

/** The folder of the demo's server, once everything runs. */
function folderOf(program: Program): Promise<string> {
  return waitFor(
    "the demo to run",
    () => /psql -h (?<folder>\S+)/.exec(program.stdout())?.groups?.["folder"],
  );
}

async function expectNothingLeft(folder: string): Promise<void> {
  await waitFor("the folder to go", () => !existsSync(folder));
  await waitFor("the processes to end", async () => (await processesOf(folder)).length === 0);
}

/** Every process that names the folder on its command line: the server, and who is to clean up after it. */
async function processesOf(folder: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => line.includes(folder));
}

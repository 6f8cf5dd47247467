import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Lifetime } from "../../lifetime.ts";
import { DATABASE, type Place } from "./place.ts";

/** Why this major cannot be dumped by the program that is installed, and whether that can be mended; `null` where it can. */
export function whyNoDump(major: string): { readonly why: string; readonly isFailure: boolean } | null {
  const { stdout, error } = spawnSync("pg_dump", ["--version"], { encoding: "utf8" });
  const installed = /\) (\d+)/.exec(stdout ?? "")?.[1];
  if (error !== undefined || installed === undefined)
    return { why: "pg_dump is not installed: apt-get install -y postgresql-client", isFailure: true };
  return Number(installed) < Number(major)
    ? { why: `pg_dump ${installed} refuses a server that is newer than itself`, isFailure: false }
    : null;
}

/** A dump that was started. */
export type Dump = { readonly startedAt: number; failure(): string | null };

/** Dumps a schema by three sessions beside a leader. What its policies hide from the role is left out, and they are slow. */
export async function startDump(
  lifetime: Lifetime,
  { host, port }: Place,
  { usename, schema }: { readonly usename: string; readonly schema: string },
): Promise<Dump> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-dump-"));
  lifetime.owns(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const target = ["-Fd", "-Z0", "-j", "3", "-f", join(folder, "dump")];
  const address = ["-h", host, "-p", String(port), "-U", usename, "-d", DATABASE];
  const words = [...address, ...target, "-n", schema, "--enable-row-security", "--no-sync"];
  const child = spawn("pg_dump", words, { stdio: ["ignore", "ignore", "pipe"] });
  let [said, hasEnded, failure]: [string, boolean, string | null] = ["", false, null];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const exited = once(child, "exit");
  child.once("exit", (code) => {
    if (code !== 0 && !hasEnded) failure = `pg_dump -n ${schema} ended with ${code}: ${said.trim()}`;
  });
  lifetime.owns(async () => {
    hasEnded = true;
    child.kill("SIGTERM");
    await exited;
  });
  return { startedAt: Date.now() / 1000, failure: () => failure };
}

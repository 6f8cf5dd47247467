import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connectRaw } from "../observe/raw-client.ts";
import { connectTo } from "./real-postgres.ts";

/** Where the server listens. */
type Place = { readonly socketFolder: string; readonly port: number };

/** What came of it: `problem` is `null` when the backup is whole. */
export type BackupEnd = { readonly problem: string | null };

/** Dumps these tables, one by each of as many sessions, beside one that holds the snapshot for them. */
export type Dump = (place: Place, user: string, tables: readonly string[]) => Promise<BackupEnd>;

/** Copies the whole server. The role needs REPLICATION. */
export type BaseBackup = (place: Place, user: string) => Promise<BackupEnd>;

export type BackupTools = { readonly dump: Dump; readonly baseBackup: BaseBackup };

/** The real programs where they are as new as the server, else sessions that do what those of the programs do. */
export function backupToolsFor(major: string): BackupTools {
  return Number(major) <= installedMajor() ? real : emulated;
}

/** Throws, and says what to install, where the programs are missing. */
function installedMajor(): number {
  const { stdout, error } = spawnSync("pg_dump", ["--version"], { encoding: "utf8" });
  const major = /\) (\d+)/.exec(stdout ?? "")?.[1];
  if (major === undefined)
    throw new Error("pg_dump is not installed: apt-get install -y postgresql-client", { cause: error });
  return Number(major);
}

const real: BackupTools = {
  async dump(place, user, tables) {
    const folder = await mkdtemp(join(tmpdir(), "pgleash-dump-"));
    const target = join(folder, "dump");
    const jobs = ["-Fd", "-Z0", "-j", String(tables.length), "-f", target];
    const dumped = await run("pg_dump", [...address(place, user), ...jobs, "postgres"]);
    const listed = await run("pg_restore", ["--list", target]);
    await rm(folder, { recursive: true });
    if (dumped.problem !== null) return { problem: dumped.problem };
    const missing = tables.filter((table) => !listed.stdout.includes(`TABLE DATA public ${table} `));
    return { problem: missing.length === 0 ? null : `not in the dump: ${missing.join(", ")}` };
  },
  async baseBackup(place, user) {
    const folder = await mkdtemp(join(tmpdir(), "pgleash-backup-"));
    const words = ["--checkpoint=fast", "--no-sync", "-D", join(folder, "data")];
    const copied = await run("pg_basebackup", [...address(place, user), ...words]);
    await rm(folder, { recursive: true });
    return { problem: copied.problem };
  },
};

const emulated: BackupTools = {
  async dump(place, user, tables) {
    const leader = connectTo(place, { user, applicationName: "pg_dump" });
    try {
      const begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
      await leader.unsafe(begin);
      const [row] = await leader.unsafe("SELECT pg_export_snapshot() AS snapshot");
      const takeSnapshot = `SET TRANSACTION SNAPSHOT '${row?.["snapshot"]}'`;
      const ends = await Promise.all(
        tables.map((table) =>
          raw(place, { user, application_name: "pg_dump" }, [begin, takeSnapshot, `COPY ${table} TO STDOUT`]),
        ),
      );
      await leader.unsafe("COMMIT");
      return ends.find(({ problem }) => problem !== null) ?? { problem: null };
    } catch (error) {
      return { problem: String(error) };
    } finally {
      await leader.end({ timeout: 0 });
    }
  },
  baseBackup: (place, user) =>
    raw(place, { user, replication: "true", application_name: "pg_basebackup" }, [
      "BASE_BACKUP (LABEL 'emulated', CHECKPOINT 'fast')",
    ]),
};

/** One session that runs these. */
async function raw(
  place: Place,
  parameters: Readonly<Record<string, string>>,
  statements: readonly string[],
): Promise<BackupEnd> {
  const client = await connectRaw(place, parameters);
  try {
    for (const statement of statements) await client.query(Buffer.from(statement));
    return { problem: null };
  } catch (error) {
    return { problem: String(error) };
  } finally {
    client.close();
  }
}

function address({ socketFolder, port }: Place, user: string): readonly string[] {
  return ["-h", socketFolder, "-p", String(port), "-U", user];
}

async function run(
  program: string,
  words: readonly string[],
): Promise<BackupEnd & { readonly stdout: string }> {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code]: unknown[] = await once(child, "close");
  return { problem: code === 0 ? null : `it ended with ${String(code)}: ${stderr}`, stdout };
}

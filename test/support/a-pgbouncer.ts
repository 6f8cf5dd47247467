import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { unprivilegedUser } from "../../src/demo/unprivileged-user.ts";
import { freePort } from "./free-port.ts";
import { waitFor } from "./wait-for.ts";

export type PoolMode = "session" | "transaction";

/** A pgbouncer on 127.0.0.1 that believes everybody who they are. */
export type Pgbouncer = { readonly port: number; close(): Promise<void> };

/** Debian puts it where only root looks for programs. */
const env = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };

/** The version of the installed pgbouncer, or `undefined` where there is none. */
export function pgbouncerVersion(): string | undefined {
  const { stdout, error } = spawnSync("pgbouncer", ["--version"], { encoding: "utf8", env });
  return error === undefined ? /PgBouncer (?<version>\S+)/.exec(stdout)?.groups?.["version"] : undefined;
}

/** Starts one in front of the server at this port of 127.0.0.1. The test must `close()` it. */
export async function startPgbouncer(
  serverPort: number,
  { poolMode }: { readonly poolMode: PoolMode },
): Promise<Pgbouncer> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-pgbouncer-"));
  const port = await freePort();
  const [config, users] = [join(folder, "pgbouncer.ini"), join(folder, "users.txt")];
  await writeFile(users, '"pgleash" ""\n"postgres" ""\n');
  await writeFile(
    config,
    `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = ${poolMode}
`,
  );
  // As root it refuses to run, and another user must be able to read these.
  await Promise.all([chmod(folder, 0o755), chmod(users, 0o644), chmod(config, 0o644)]);
  const child = spawn("pgbouncer", [config], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
    ...(await unprivilegedUser()),
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const closed = once(child, "close");
  await waitFor("pgbouncer to listen", () => {
    if (child.exitCode !== null) throw new Error(said);
    return said.includes("process up");
  });
  return {
    port,
    async close() {
      child.kill("SIGKILL");
      await closed;
      await rm(folder, { recursive: true });
    },
  };
}

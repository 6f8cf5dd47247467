import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { unprivilegedUser } from "../../../src/demo/unprivileged-user.ts";
import type { Lifetime } from "../../lifetime.ts";
import { waitUntil } from "../../measure/wait-until.ts";
import { freePort } from "../../world/free-port.ts";

/** Debian puts it where only root looks for programs. */
const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin";

/** A PgBouncer in transaction mode on loopback that believes these roles who they are. Throws where there is none. */
export async function startPooler(
  lifetime: Lifetime,
  { serverPort, roles }: { readonly serverPort: number; readonly roles: readonly string[] },
): Promise<{ readonly port: number }> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-pgbouncer-"));
  lifetime.owns(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const [config, users] = [join(folder, "pgbouncer.ini"), join(folder, "users.txt")];
  await writeFile(users, roles.map((role) => `"${role}" ""\n`).join(""));
  await writeFile(config, configuration({ serverPort, port, users }));
  // As root it refuses to run, and another user must be able to read these.
  await Promise.all([chmod(folder, 0o755), chmod(users, 0o644), chmod(config, 0o644)]);
  const user = await unprivilegedUser();
  const child = spawn("pgbouncer", [config], {
    env: { PATH },
    stdio: ["ignore", "ignore", "pipe"],
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4000);
  });
  await once(child, "spawn").catch((error: unknown) => {
    throw new Error("PgBouncer is not installed: apt-get install -y pgbouncer", { cause: error });
  });
  const exited = once(child, "exit");
  lifetime.owns(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const listens = async (): Promise<true | undefined> => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${said}`);
    return said.includes("process up") ? true : undefined;
  };
  await waitUntil("PgBouncer to listen", listens, { seconds: 20 });
  return { port };
}

function configuration(at: {
  readonly serverPort: number;
  readonly port: number;
  readonly users: string;
}): string {
  return `[databases]
* = host=127.0.0.1 port=${at.serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${at.port}
unix_socket_dir =
auth_type = trust
auth_file = ${at.users}
pool_mode = transaction
`;
}

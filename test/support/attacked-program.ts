import { mkdir, readFile } from "node:fs/promises";
import type { Agent } from "node:http";
import { get } from "node:http";
import { get as getEncrypted } from "node:https";
import { join } from "node:path";
import { z } from "zod";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { addressOf, startProgram, type Program } from "./a-program.ts";
import { postgresMajors, startServer } from "./real-postgres.ts";
import { waitFor } from "./wait-for.ts";
import { createWebFolder, type WebFolder } from "./web-files.ts";

/** The compiled program, which looks at a real server each second, for tests that attack it. */
export type AttackedProgram = {
  readonly program: Program;
  readonly server: EmbeddedPostgres;
  /** Where `pgleash.yml` and `web.yml` are, and `servers/`, whose files name further servers. */
  readonly folder: WebFolder;
  readonly port: number;
  /** When each look so far was taken, in seconds by the clock of the server. */
  readonly looks: () => Promise<readonly number[]>;
  /** One request, on a connection of its own unless there is an agent. */
  readonly ask: (path: string, options?: AskOptions) => Promise<Asked>;
  /** Writes the configuration, with these lines beside what it always has. */
  configure(lines: string): Promise<void>;
  stop(): Promise<void>;
};

export type AskOptions = {
  /** `user:password`. */
  readonly credentials?: string;
  readonly agent?: Agent;
  readonly isEncrypted?: boolean;
};

/** The status is 0 where there was no answer. */
export type Asked = { readonly status: number; readonly seconds: number };

/** Starts a server and the program, and waits for a few looks. The test must `stop()` it. */
export async function startAttacked(): Promise<AttackedProgram> {
  const server = await startServer(postgresMajors()[0] ?? "18");
  await createWatchRole({ host: server.socketFolder, port: server.port });
  const folder = await createWebFolder();
  await mkdir(join(folder.path, "servers"));
  const url = `postgres://pgleash@/postgres?host=${encodeURIComponent(server.socketFolder)}&port=${server.port}`;
  const files = `[${folder.path}/servers/*.yml, ${folder.path}/servers/*.json]`;
  const always = `every: 1s\nservers: [{ name: main, url: "${url}" }]\nservers_file: ${files}\n`;
  const configure = async (lines: string): Promise<void> => {
    await folder.write("pgleash.yml", `${always}${lines}`);
  };
  await configure("");
  await folder.write("web.yml", "");
  const recording = join(folder.path, "looks");
  const program = startProgram(
    [
      "serve",
      "--web.listen-address=127.0.0.1:0",
      `--config.file=${folder.path}/pgleash.yml`,
      `--web.config.file=${folder.path}/web.yml`,
      `--record=${recording}`,
    ],
    // As Node sets itself a limit where it sees that of a container.
    { NODE_OPTIONS: "--max-old-space-size=128" },
  );
  const port = Number(new URL(await addressOf(program)).port);
  const looks = (): Promise<readonly number[]> => lookTimes(recording);
  await waitFor("a few looks", async () => (await looks()).length >= 3);
  return {
    program,
    server,
    folder,
    port,
    looks,
    ask: (path, options = {}) => ask({ port, path, caCertificate: folder.caCertificate }, options),
    configure,
    async stop() {
      program.kill("SIGKILL"); // one that hangs hears nothing else
      await program.ended;
      await server.remove();
      await folder.remove();
    },
  };
}

async function ask(
  {
    port,
    path,
    caCertificate,
  }: { readonly port: number; readonly path: string; readonly caCertificate: string },
  { credentials, agent, isEncrypted = false }: AskOptions,
): Promise<Asked> {
  const headers = credentials === undefined ? {} : { Authorization: `Basic ${btoa(credentials)}` };
  const beganMs = performance.now();
  const status = await new Promise<number>((resolve) => {
    const options = { host: "127.0.0.1", port, path, headers, agent: agent ?? false, timeout: 5000 };
    (isEncrypted ? getEncrypted : get)({ ...options, ca: caCertificate }, (response) => {
      response.resume().once("close", () => resolve(response.statusCode ?? 0));
    })
      .once("error", () => resolve(0))
      .once("timeout", () => resolve(0));
  });
  return { status, seconds: (performance.now() - beganMs) / 1000 };
}

async function lookTimes(recording: string): Promise<readonly number[]> {
  const lines = (await readFile(recording, "utf8")).split("\n").slice(0, -1);
  return lines.map((line) => recordedLook.parse(JSON.parse(line)).look.snapshot.takenAtSeconds);
}

const recordedLook = z.object({ look: z.object({ snapshot: z.object({ takenAtSeconds: z.number() }) }) });

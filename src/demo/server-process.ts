import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import type { UnixUser } from "./unprivileged-user.ts";

/** What to start: programs, data and the folder for socket and log, the user, and how to listen. */
export type ServerPlan = {
  readonly programs: string;
  readonly folder: string;
  readonly dataFolder: string;
  readonly port: number;
  readonly listenAddress: "" | "127.0.0.1";
  readonly user: UnixUser | undefined;
};

/** A running server. `fast` disconnects everybody and shuts down cleanly, `immediate` is as a crash. */
export type ServerProcess = {
  readonly pid: number;
  readonly stop: (mode: "fast" | "immediate") => Promise<void>;
};

const startSeconds = 30;
const stopSeconds = 20;

/** Starts `postgres` as our own child and returns once it accepts connections. */
export async function startServerProcess(plan: ServerPlan): Promise<ServerProcess> {
  const logPath = join(plan.folder, "server.log");
  const log = await open(logPath, "a");
  // Detached: Ctrl-C is for us, who close the sessions first. The last will ends the server when we cannot.
  const child = spawn(join(plan.programs, "postgres"), serverArguments(plan), {
    cwd: "/",
    detached: true,
    env: { LC_ALL: "C" },
    stdio: ["ignore", log.fd, log.fd],
    ...(plan.user && { uid: plan.user.uid, gid: plan.user.gid }),
  });
  const exited = once(child, "exit").then(
    () => "exited" as const,
    (error: unknown) => error,
  );
  await log.close();
  const outcome = await Promise.race([exited, untilReady(child, exited, plan.dataFolder)]);
  if (outcome !== "ready" || child.pid === undefined) {
    await stopChild(child, exited, "SIGQUIT");
    const lines = (await readFile(logPath, "utf8")).trimEnd().split("\n").slice(-15).join("\n");
    throw new Error(`PostgreSQL did not start (${String(outcome)}); its log ends with:\n${lines}`);
  }
  return {
    pid: child.pid,
    stop: (mode) => stopChild(child, exited, mode === "fast" ? "SIGINT" : "SIGQUIT"),
  };
}

/** Where to listen stands on the command line, so that neither a setting nor a copied configuration opens a port. */
function serverArguments({ folder, dataFolder, port, listenAddress }: ServerPlan): string[] {
  const settings = [`listen_addresses=${listenAddress}`, `unix_socket_directories=${folder}`, `port=${port}`];
  return ["-D", dataFolder, ...settings.flatMap((setting) => ["-c", setting])];
}

/** The postmaster writes its state as line 8 of its pid file. A file left by a crash holds another pid. */
async function untilReady(
  child: ChildProcess,
  exited: Promise<unknown>,
  dataFolder: string,
): Promise<unknown> {
  const deadline = Date.now() + startSeconds * 1000;
  while (Date.now() < deadline && isRunning(child)) {
    const lines = await readFile(join(dataFolder, "postmaster.pid"), "utf8").then(
      (text) => text.split("\n"),
      () => [], // not there yet
    );
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === "ready") {
      return "ready";
    }
    await setTimeout(10);
  }
  return isRunning(child) ? `not ready after ${startSeconds} s` : exited;
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>, signal: "SIGINT" | "SIGQUIT") {
  if (!isRunning(child)) {
    return;
  }
  child.kill(signal);
  // A fast shutdown waits for every backend; one that does not answer must not keep us waiting for ever.
  const giveUp = new AbortController();
  const late = setTimeout(stopSeconds * 1000, "late", { signal: giveUp.signal }).catch(() => "in time");
  if ((await Promise.race([exited, late])) === "late") {
    child.kill("SIGQUIT");
    await exited;
  }
  giveUp.abort();
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

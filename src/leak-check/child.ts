import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { isatty } from "node:tty";

import { whyNotStarted } from "./why-not-started.ts";

/** How a command ended, as a shell would say it; or why it never began. */
export type ChildEnd = { readonly status: number; readonly whyNotStarted: string | null };

export type PassedSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** A command that runs. */
export type Child = {
  readonly ended: Promise<ChildEnd>;
  /** Passes on a signal that came to us. */
  pass(signal: PassedSignal): void;
};

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** What shells say where there is no such program, and where it cannot be run. */
const NOT_FOUND = 127;
const NOT_RUN = 126;

/** Starts a command that reads and writes where we do. The environment is all that it gets. */
export function startChild(
  [program, ...args]: CommandLine,
  environment: Readonly<Record<string, string | undefined>>,
): Child {
  let child: ChildProcess;
  try {
    child = spawn(program, args, { stdio: "inherit", env: { ...environment } });
  } catch (error) {
    // Node.js tells of some failures with an event, and throws the others: ENOTDIR, ENAMETOOLONG, E2BIG.
    if (!(error instanceof Error)) throw error;
    return { ended: notStarted(program, error), pass: () => {} };
  }
  return {
    ended: endOf(child, program),
    pass(signal) {
      // Ctrl-C reaches everybody on the terminal: test runners take a second one for "give up at once".
      if (signal === "SIGINT" && [0, 1, 2].some((descriptor) => isatty(descriptor))) return;
      child.kill(signal);
    },
  };
}

/**
 * How a process ends that was just asked for. Once it runs, an error is none of its end: Node.js tells so of a signal that could
 * not be sent, as to a program that runs as somebody else.
 */
export function endOf(child: ChildProcess, program: string): Promise<ChildEnd> {
  return new Promise((resolve) => {
    let isRunning = false;
    child.once("spawn", () => {
      isRunning = true;
    });
    child.on("error", (error) => {
      if (!isRunning) resolve(notStarted(program, error));
    });
    child.once("exit", (code, signal) => {
      resolve({ status: code ?? statusOf(signal), whyNotStarted: null });
    });
  });
}

async function notStarted(program: string, error: Error): Promise<ChildEnd> {
  const isMissing = "code" in error && error.code === "ENOENT";
  return { status: isMissing ? NOT_FOUND : NOT_RUN, whyNotStarted: await whyNotStarted(program, error) };
}

function statusOf(signal: NodeJS.Signals | null): number {
  return signal === null ? NOT_RUN : 128 + constants.signals[signal];
}

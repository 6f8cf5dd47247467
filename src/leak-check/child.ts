import { spawn } from "node:child_process";
import { constants } from "node:os";
import { isatty } from "node:tty";

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
  const child = spawn(program, args, { stdio: "inherit", env: { ...environment } });
  return {
    ended: new Promise((resolve) => {
      child.once("error", (error) => {
        const isMissing = "code" in error && error.code === "ENOENT";
        const whyNotStarted = isMissing ? "no such program, or no such working folder" : error.message;
        resolve({ status: isMissing ? NOT_FOUND : NOT_RUN, whyNotStarted });
      });
      child.once("exit", (code, signal) => {
        resolve({ status: code ?? statusOf(signal), whyNotStarted: null });
      });
    }),
    pass(signal) {
      // Ctrl-C reaches everybody on the terminal: test runners take a second one for "give up at once".
      if (signal === "SIGINT" && [0, 1, 2].some((descriptor) => isatty(descriptor))) return;
      child.kill(signal);
    },
  };
}

function statusOf(signal: NodeJS.Signals | null): number {
  return signal === null ? NOT_RUN : 128 + constants.signals[signal];
}

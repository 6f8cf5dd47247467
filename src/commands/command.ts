import type { Runtime } from "./runtime.ts";

/** How a command ends. Scripts rely on it: a code keeps its meaning, and docs/commands.md has the same table. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, suspects: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code means. Those of signals are as a shell tells them. */
export const exitCodeMeanings = {
  [exitCodes.ok]: "fine",
  [exitCodes.failed]: "failed",
  [exitCodes.usage]: "called wrongly",
  [exitCodes.suspects]: "suspects found",
  130: "ended by SIGINT (Ctrl-C)",
  143: "ended by SIGTERM",
} as const;

/** A subcommand: its help, and what it does with the words behind its name. */
export type Command = {
  readonly help: string;
  /** Resolves with one of the exit codes; a command that runs another program may end as that did. */
  run(runtime: Runtime, words: readonly string[]): Promise<number>;
};

/** The command line makes no sense. The message says what was expected, and what came. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

import type { Runtime } from "./runtime.ts";

/** How a command ends: 0 fine · 1 it failed · 2 it was called wrongly · 3 suspects were found. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, suspects: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A subcommand: its help, and what it does with the words behind its name. */
export type Command = {
  readonly help: string;
  run(runtime: Runtime, words: readonly string[]): Promise<ExitCode>;
};

/** The command line makes no sense. The message says what was expected, and what came. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

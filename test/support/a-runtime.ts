import { EventEmitter } from "node:events";

import { run } from "../../src/commands/run.ts";
import type { Runtime } from "../../src/commands/runtime.ts";

/** What a command came to. */
export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A process as a command sees it, and what the command did to it. */
export type FakeProcess = {
  readonly runtime: Runtime;
  readonly written: () => Pick<Ran, "stdout" | "stderr">;
  readonly signal: (name: "SIGINT" | "SIGTERM" | "SIGHUP") => void;
  /** The codes that the process was told to end with at once. */
  readonly exits: readonly number[];
};

/** A process of the user `dba`, with an empty environment and no terminal. */
export function aProcess(overrides: Partial<Runtime> = {}): FakeProcess {
  const signals = new EventEmitter();
  const exits: number[] = [];
  let stdout = "";
  let stderr = "";
  const runtime: Runtime = {
    variables: {},
    osUser: "dba",
    homeFolder: undefined,
    versions: { pgleash: "1.2.3", node: "24.1.0" },
    write: (text) => void (stdout += text),
    writeError: (text) => void (stderr += text),
    terminal: () => undefined,
    onSignal(name, callback) {
      signals.on(name, callback);
      return () => void signals.off(name, callback);
    },
    exit(code) {
      exits.push(code);
      throw new Error(`the process ended with ${code}`);
    },
    ...overrides,
  };
  return { runtime, exits, written: () => ({ stdout, stderr }), signal: (name) => void signals.emit(name) };
}

/** Runs `pgleash` with these words in such a process. */
export async function runWords(words: readonly string[], overrides: Partial<Runtime> = {}): Promise<Ran> {
  const { runtime, written } = aProcess(overrides);
  const code = await run(runtime, words);
  return { code, ...written() };
}

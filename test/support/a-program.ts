import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { waitFor } from "./wait-for.ts";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** The compiled program at work in a process of its own. */
export type Program = {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Its log, one record a line. */
  log(): readonly Readonly<Record<string, unknown>>[];
  kill(signal: "SIGTERM" | "SIGINT" | "SIGHUP" | "SIGKILL"): void;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
};

/**
 * Starts `pgleash` with these words. Of our environment it sees nothing but what programs need to start. What it says
 * on standard error goes to the descriptor `stderrTo`, if there is one, and is not kept. `through` are the words of a command that
 * becomes it, such as `unshare`.
 */
export function startProgram(
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  stderrTo?: number,
  through: readonly string[] = [],
): Program {
  const { PATH = "", TMPDIR } = process.env;
  const env = { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...variables };
  const [command = process.execPath, ...rest] = [...through, process.execPath, main, ...words];
  const child = spawn(command, rest, {
    env,
    stdio: ["ignore", "pipe", stderrTo ?? "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    log: () =>
      stderr
        .split("\n")
        .filter((line) => line.startsWith("{") && line.endsWith("}"))
        .map((line): Readonly<Record<string, unknown>> => JSON.parse(line)),
    kill: (signal) => void child.kill(signal),
    ended: once(child, "close").then(([code, signal]: unknown[]) =>
      typeof code === "number" ? code : String(signal),
    ),
  };
}

/** Runs `pgleash` to its end. */
export async function runProgram(
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | string; readonly stdout: string; readonly stderr: string }> {
  const program = startProgram(words, variables);
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** Where a program that serves can be asked: it listens at a free port, which its log names. */
export function addressOf(program: Program): Promise<string> {
  return waitFor("the program to listen", () => {
    const watching = program.log().find(({ msg }) => msg === "watching");
    return watching === undefined ? undefined : `http://127.0.0.1:${String(watching["port"])}`;
  });
}

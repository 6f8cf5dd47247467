import { spawn } from "node:child_process";
import { once } from "node:events";

export type ChildOptions = {
  /** What to install where the program is missing. */
  readonly hint: string;
  /** All that it sees of our environment, beside the PATH. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Called with each line of its standard output. */
  readonly onLine?: (line: string) => void;
};

/** A program at work beside us. */
export type Child = {
  /** The end of what it said on standard error. */
  said(): string;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  /** Throws when it has ended by itself. */
  mustRun(): void;
  /** Ends it, and waits until it has ended. */
  stop(): Promise<void>;
};

const KEPT_CHARACTERS = 4000;

/** Waits on a pipe that the kernel closes when we die, however that is. */
const lastWill = 'read -r _; kill "$1"';

/** Starts a program, which does not outlive us; it must be stopped. Fails with the hint where it is not installed. */
export async function startChild(
  program: string,
  words: readonly string[],
  { hint, variables = {}, onLine = () => undefined }: ChildOptions,
): Promise<Child> {
  const child = spawn(program, words, {
    env: { PATH: process.env["PATH"] ?? "", ...variables },
    stdio: "pipe",
  });
  let [said, begun] = ["", ""];
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (said = (said + text).slice(-KEPT_CHARACTERS)));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (begun + text).split("\n");
    begun = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  child.stdin.on("error", () => {}); // it may be over before its input is
  const closed = once(child, "close").catch(() => []);
  await once(child, "spawn").catch((cause: unknown) => {
    throw new Error(`${program} does not start: ${hint}`, { cause });
  });
  const executor = spawn("/bin/sh", ["-c", lastWill, "last-will", String(child.pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  let isStopped = false;
  return {
    said: () => said,
    tell: (line) => void child.stdin.write(`${line}\n`),
    mustRun() {
      if (!isStopped && (child.exitCode !== null || child.signalCode !== null))
        throw new Error(`${program} ended by itself, with ${child.exitCode ?? child.signalCode}: ${said}`);
    },
    async stop() {
      isStopped = true;
      child.kill("SIGTERM");
      await closed;
      executor.kill("SIGKILL");
    },
  };
}

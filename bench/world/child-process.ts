import { spawn } from "node:child_process";
import { once } from "node:events";

import type { Lifetime } from "../lifetime.ts";

/** A program that was started, and ends with its lifetime. */
export type Child = {
  readonly pid: number;
  /** What it said on standard error, at most the last 20,000 characters. */
  said(): string;
  /** Throws when it has ended by itself. */
  check(): void;
  readonly stop: () => Promise<void>;
};

const KEPT_CHARACTERS = 20_000;
const GENTLE_SECONDS = 5;

/** Of our environment it sees nothing but what `variables` name. Throws where there is no such program (`ENOENT`). */
export async function startChild(
  lifetime: Lifetime,
  command: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = spawn(command, words, {
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", ...variables },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-KEPT_CHARACTERS);
  });
  await once(child, "spawn");
  const exited = once(child, "exit");
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (hasEnded()) return;
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 1000 * GENTLE_SECONDS);
    await exited;
    clearTimeout(late);
  };
  lifetime.owns(stop);
  return {
    pid: child.pid ?? 0,
    said: () => said,
    check() {
      if (hasEnded()) throw new Error(`${command} ended by itself, and said: ${said.slice(-2000)}`);
    },
    stop,
  };
}

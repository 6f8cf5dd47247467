import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { z } from "zod";

import { waitFor } from "./wait-for.ts";

/** Its session, what it is told without having asked, or what a statement comes to, each on a line. */
const line = z.strictObject({
  pid: z.number().optional(),
  told: z.string().optional(),
  others: z.string().optional(),
  next: z.string().optional(),
  again: z.string().optional(),
  after: z.string().optional(),
});

type Line = z.infer<typeof line>;

/** All that a program saw. `died` holds its last words if it died of it. */
type Seen = {
  readonly told: readonly string[];
  readonly statements: Omit<Line, "pid" | "told">;
  readonly died: string | null;
};

/** A program of `test/clients` with a session that somebody is to end. */
export type Witness = {
  readonly pid: number;
  /** What it has been told so far, without having asked. */
  told(): readonly string[];
  /** Lets it go on, and resolves once it is over. */
  goOn(): Promise<Seen>;
  stop(): Promise<void>;
};

/** Starts such a program, and waits for its session. The test must `stop()` it. */
export async function startWitness(file: string, scenario: string, loopbackPort: number): Promise<Witness> {
  const path = fileURLToPath(new URL(`../clients/${file}`, import.meta.url));
  const [program, words] = file.endsWith(".py")
    ? ["/usr/bin/python3", ["-B", path]]
    : [process.execPath, [path]];
  // As applications do: what a socket in the file system does with the last words of a server is another thing.
  const address = {
    PGHOST: "127.0.0.1",
    PGPORT: String(loopbackPort),
    PGUSER: "app",
    PGDATABASE: "postgres",
  };
  const child = spawn(program, [...words, scenario], {
    env: { PATH: process.env["PATH"] ?? "", ...address },
    stdio: "pipe",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {}); // it may be over before it is told to go on
  const closed = once(child, "close").then(([code]: unknown[]) => code);
  const lines = (): readonly Line[] =>
    stdout
      .split("\n")
      .slice(0, -1)
      .map((text) => line.parse(JSON.parse(text)));
  const told = (): readonly string[] => lines().flatMap((said) => said.told ?? []);
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  try {
    const probe = (): number | undefined => lines().find((said) => said.pid !== undefined)?.pid;
    return {
      pid: await waitFor(`${file} to name its session`, probe, 45),
      told,
      async goOn() {
        child.stdin.write("go on\n");
        const code = await closed;
        const statements: Omit<Line, "pid" | "told"> = Object.assign(
          {},
          ...lines().map(({ pid: _pid, told: _told, ...statement }) => statement),
        );
        return { told: told(), statements, died: code === 0 ? null : stderr };
      },
      stop,
    };
  } catch (cause) {
    await stop();
    throw new Error(`${file} ${scenario}: ${stderr}`, { cause });
  }
}

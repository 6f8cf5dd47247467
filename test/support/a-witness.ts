import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { z } from "zod";

import { waitFor } from "./wait-for.ts";

const line = z.union([
  z.strictObject({ pid: z.number() }),
  z.strictObject({ told: z.string() }),
  z.strictObject({ others: z.string() }),
  z.strictObject({ next: z.string() }),
  z.strictObject({ again: z.string() }),
  z.strictObject({ after: z.string() }),
]);

/** What a program says of the end of its session, in order. */
type Said = Exclude<z.infer<typeof line>, { readonly pid: number }>;

/** A program of `test/clients` with a session that somebody is to end. */
export type Witness = {
  readonly pid: number;
  /** What it has been told so far, without having asked. */
  told(): readonly string[];
  /** Lets it go on. Resolves with all that it said once it is over, and with its last words if it died of it. */
  goOn(): Promise<{ readonly said: readonly Said[]; readonly died: string | null }>;
  stop(): Promise<void>;
};

/** Starts such a program, and waits for its session. The test must `stop()` it. */
export async function startWitness(file: string, scenario: string, loopbackPort: number): Promise<Witness> {
  const path = fileURLToPath(new URL(`../clients/${file}`, import.meta.url));
  const [program, words] = file.endsWith(".py")
    ? ["/usr/bin/python3", ["-B", path]]
    : [process.execPath, [path]];
  // As applications do: what a socket in the file system does with the last words of a server is another thing.
  const address = { PGHOST: "127.0.0.1", PGPORT: String(loopbackPort), PGUSER: "app", PGDATABASE: "postgres" };
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
  const lines = (): readonly z.infer<typeof line>[] =>
    stdout
      .split("\n")
      .slice(0, -1)
      .map((text) => line.parse(JSON.parse(text)));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  try {
    const probe = (): number | undefined => lines().flatMap((said) => ("pid" in said ? [said.pid] : []))[0];
    return {
      pid: await waitFor(`${file} to name its session`, probe, 45),
      told: () => lines().flatMap((said) => ("told" in said ? [said.told] : [])),
      async goOn() {
        child.stdin.write("go on\n");
        const code = await closed;
        const said = lines().flatMap((one) => ("pid" in one ? [] : [one]));
        return { said, died: code === 0 ? null : stderr };
      },
      stop,
    };
  } catch (cause) {
    await stop();
    throw new Error(`${file} ${scenario}: ${stderr}`, { cause });
  }
}

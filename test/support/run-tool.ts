import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** The Debian packages of the programs that the checks want. */
const packages = { promtool: "prometheus", amtool: "prometheus-alertmanager" };

/** Runs a program to its end; fails with the name of its package where it is not installed. */
export async function runTool(
  tool: keyof typeof packages,
  args: readonly string[],
): Promise<{ readonly code: unknown; readonly output: string }> {
  const child = spawn(tool, args, { stdio: ["ignore", "pipe", "pipe"] });
  const started = once(child, "spawn").catch((error: unknown) => {
    throw new Error(`${tool} is not installed: apt-get install ${packages[tool]}`, { cause: error });
  });
  await started;
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code]: unknown[] = await closed;
  return { code, output: stdout + stderr };
}

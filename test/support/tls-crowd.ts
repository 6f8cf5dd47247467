import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("tls-crowd.mjs", import.meta.url));

/** Many encrypted connections to 127.0.0.1, of another process. */
export type TlsCrowd = {
  /** `unread` reads no answer, `trickle` a little of one now and then, and `shake` leaves once hands are shaken; each comes again and again. */
  readonly task: "shake" | "trickle" | "unread";
  readonly port: number;
  readonly count: number;
  readonly localAddress: string;
};

/** Starts them; resolves once each of them has shaken hands or was turned away. What it returns ends them. */
export async function startTlsCrowd({
  task,
  port,
  count,
  localAddress,
}: TlsCrowd): Promise<() => Promise<void>> {
  const words = [program, task, String(port), String(count), localAddress];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return async () => {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
}

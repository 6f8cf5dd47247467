import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { Lifetime } from "../lifetime.ts";
import type { CrowdOrder, CrowdReady } from "./crowd-process.ts";

/** The sessions that a server has besides those that are measured. */
export type Crowd = {
  /** Of their backends. */
  readonly pids: readonly number[];
  /** Returns when the youngest of its forgotten transactions is so old. */
  aged(seconds: number): Promise<void>;
  /** Throws when a session was lost. */
  check(): void;
};

/** A server forks some thousand backends in half a minute. */
const PATIENCE_MS = 180_000;

/** Opens all sessions and returns when they are at work. They end with the lifetime. */
export async function startCrowd(lifetime: Lifetime, order: CrowdOrder): Promise<Crowd> {
  const child = fork(fileURLToPath(new URL("./crowd-process.js", import.meta.url)), { execArgv: [] });
  const exited = once(child, "exit");
  lifetime.owns(async () => {
    if (child.connected) child.disconnect();
    await exited;
  });
  child.send(order);
  const answer = once(child, "message", { signal: AbortSignal.timeout(PATIENCE_MS) });
  const [ready] = await Promise.race([answer, exited.then(() => [undefined])]);
  if (!isReady(ready)) throw new Error("the crowd could not be gathered");
  const gatheredMs = performance.now();
  return {
    pids: ready.pids,
    async aged(seconds) {
      await setTimeout(Math.max(0, gatheredMs + 1000 * seconds - performance.now()));
    },
    check() {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error("the crowd has lost a session");
    },
  };
}

function isReady(message: unknown): message is CrowdReady {
  return typeof message === "object" && message !== null && "pids" in message;
}

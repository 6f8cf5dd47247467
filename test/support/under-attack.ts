import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import type { Ordeal } from "./endure.ts";

const attacker = fileURLToPath(new URL("attacker.mjs", import.meta.url));

const report = z.object({
  opened: z.number(),
  ended: z.number(),
  answers: z.record(z.string(), z.number()),
});

/** What the attackers saw, all together. */
export type AttackReport = z.output<typeof report>;

/** An attack of `attacker.mjs`, by one or more processes. */
export type Attack = {
  readonly name: string;
  readonly port: number;
  /** Connections, or loops, of each process. */
  readonly count: number;
  readonly processes?: number;
  readonly localAddress?: string;
};

/** Attacks until the signal is aborted. */
async function attackUntil(
  over: AbortSignal,
  { name, port, count, processes = 1, localAddress = "" }: Attack,
): Promise<AttackReport> {
  const words = [attacker, name, String(port), String(count), localAddress];
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] }),
  );
  const reports = children.map(reportOf);
  await once(over, "abort");
  for (const child of children) child.kill("SIGTERM");
  return (await Promise.all(reports)).reduce(sum);
}

async function reportOf(child: ChildProcess): Promise<AttackReport> {
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(child, "close");
  const [ready, last = ""] = said.split("\n");
  if (ready !== "ready") throw new Error("the attacker did not begin");
  return report.parse(JSON.parse(last));
}

function sum(one: AttackReport, other: AttackReport): AttackReport {
  const answers = { ...one.answers };
  for (const [status, count] of Object.entries(other.answers))
    answers[status] = (answers[status] ?? 0) + count;
  return { opened: one.opened + other.opened, ended: one.ended + other.ended, answers };
}

/** The attack as something to endure. */
export function ordealBy(attack: Attack): Ordeal<AttackReport> {
  return { name: attack.name, attack: (over) => attackUntil(over, attack), words: wordsOf };
}

function wordsOf({ opened, ended, answers }: AttackReport): string {
  const counts = Object.entries(answers).map(([status, count]) => `${count} times ${status}`);
  return [`${opened} connections, ${ended} ended`, ...counts].join(", ");
}

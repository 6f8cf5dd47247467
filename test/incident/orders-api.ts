import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import { waitFor } from "../support/wait-for.ts";
import { startChild } from "./child-program.ts";

const session = { pid: z.number(), backend_start: z.string() };
const problem = { message: z.string(), code: z.string().nullable() };
const line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("honest"), ...session }),
  z.object({ type: z.literal("leaked"), ...session }),
  z.object({ type: z.literal("failed"), ...problem }),
  z.object({ type: z.literal("refused"), ...problem }),
  z.object({
    type: z.literal("report"),
    served: z.number(),
    failed: z.number(),
    leaked: z.number(),
    refused: z.number(),
  }),
]);

/** What the application has counted: honest requests, those of them that failed, leaks, and leaks that found no slot. */
export type OrdersReport = Omit<Extract<z.infer<typeof line>, { type: "report" }>, "type">;

/** A request, or a leak, that failed, and when (milliseconds of the epoch). */
export type Problem = { readonly atMs: number; readonly text: string };

/** The application of the incident, in a process of its own. A session is named by its pid and its start. */
export type OrdersApi = {
  /** Every session that has leaked. */
  readonly leaked: ReadonlySet<string>;
  /** Every session that an honest request has used. */
  readonly honest: ReadonlySet<string>;
  /** Honest requests that failed. */
  readonly failures: readonly Problem[];
  /** Leaks that got no session. */
  readonly refusals: readonly Problem[];
  /** From now on it leaks. */
  leak(): void;
  /** The mistake is mended: it leaks no more, and goes on serving. It gives nothing back. */
  repair(): void;
  /** Begins an export whose reader hangs, on one more session. */
  stall(): void;
  report(): Promise<OrdersReport>;
  mustRun(): void;
  stop(): Promise<void>;
};

export type OrdersApiOptions = {
  readonly socketFolder: string;
  readonly port: number;
  readonly database: string;
  /** How many honest requests there are at a time: they take as many sessions. */
  readonly honest: number;
  readonly leakEveryMs: number;
};

function clientFile(name: string): string {
  return fileURLToPath(new URL(`../clients/${name}`, import.meta.url));
}

/** The key of a session, by which an application and an audit speak of the same one. */
export function sessionKey(pid: number, backendStart: string): string {
  return `${pid} ${backendStart}`;
}

/** Starts the application; it leaks nothing yet. The test must `stop()` it. */
export async function startOrdersApi(options: OrdersApiOptions): Promise<OrdersApi> {
  const { socketFolder, port, database, honest: workers, leakEveryMs } = options;
  const [leaked, honest] = [new Set<string>(), new Set<string>()];
  const [failures, refusals]: [Problem[], Problem[]] = [[], []];
  let reported: OrdersReport | null = null;

  function take(text: string): void {
    const told = line.parse(JSON.parse(text));
    const atMs = Date.now();
    if (told.type === "honest") honest.add(sessionKey(told.pid, told.backend_start));
    else if (told.type === "leaked") leaked.add(sessionKey(told.pid, told.backend_start));
    else if (told.type === "failed") failures.push({ atMs, text: `${told.code ?? ""} ${told.message}` });
    else if (told.type === "refused") refusals.push({ atMs, text: `${told.code ?? ""} ${told.message}` });
    else reported = told;
  }

  if (!existsSync(clientFile("node_modules/pg")))
    throw new Error("the client pg is not installed: npm ci --prefix test/clients");
  const child = await startChild(
    process.execPath,
    [clientFile("orders-api.mjs"), `--honest=${workers}`, `--leak-every-ms=${leakEveryMs}`],
    {
      hint: "it is Node.js",
      variables: { PGHOST: socketFolder, PGPORT: String(port), PGUSER: "orders", PGDATABASE: database },
      onLine: take,
    },
  );
  return {
    leaked,
    honest,
    failures,
    refusals,
    leak: () => child.tell("leak"),
    repair: () => child.tell("repair"),
    stall: () => child.tell("stall"),
    async report() {
      reported = null;
      child.tell("report");
      const { served, failed, leaked: leaks, refused } = await waitFor("its report", () => reported ?? false);
      return { served, failed, leaked: leaks, refused };
    },
    mustRun: () => child.mustRun(),
    stop: () => child.stop(),
  };
}

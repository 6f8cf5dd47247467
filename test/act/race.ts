import { setTimeout } from "node:timers/promises";
import type { Sql } from "postgres";

import type { Backend } from "../../src/observe/snapshot.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { neverAges, openLooker, type Looker } from "../observe/looker.ts";
import { randomFrom } from "../support/random-looks.ts";
import { connectTo } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { startCrowd, type Life } from "./short-transactions.ts";

/** Tries to end a session that was decided on; whether it was signalled. */
export type Attempt = (looker: Looker, backend: Backend) => Promise<boolean>;

/** What became of those who were signalled, by where the client stood. */
export type Toll = {
  readonly looks: number;
  readonly movedOn: number;
  readonly signalled: number;
  /** In the transaction that was decided on. */
  readonly right: number;
  /** When its COMMIT was done, before the session sent anything else. */
  readonly committed: number;
  /** The session had sent the BEGIN of another one. */
  readonly later: number;
  /** Ended, and nobody had decided so. */
  readonly others: number;
};

export const thresholdSeconds = 0.02;

export async function race(
  server: EmbeddedPostgres,
  attempt: Attempt,
  { signals, crowdSize, seed }: { signals: number; crowdSize: number; seed: number },
): Promise<Toll> {
  const looker = await openLooker(server, { user: "pgleash" });
  const crowd = startCrowd(server, crowdSize, randomFrom(seed));
  const decided = new Map<string, number>();
  let movedOn = 0;
  let looks = 0;
  const ages = { ...neverAges, idleInTransactionSeconds: thresholdSeconds };
  while (decided.size < signals) {
    const { candidates } = await looker.look({ ages });
    looks += 1;
    await setTimeout(Number(process.env["D"] ?? 10));
    for (const backend of candidates) {
      if (backend.state !== "idle in transaction") continue;
      if (await attempt(looker, backend))
        decided.set(
          backend.applicationName ?? "",
          Number(/\/\* (\d+) \*\//.exec(backend.statement?.head ?? "")?.[1]),
        );
      else movedOn += 1;
    }
  }
  await waitFor("everybody who was signalled to end", () => {
    const names = new Set(crowd.ended.map(({ name }) => name));
    return [...decided.keys()].every((name) => names.has(name));
  });
  await crowd.stop();
  await looker.close();
  const admin = connectTo(server);
  const toll = { looks, movedOn, signalled: decided.size, right: 0, committed: 0, later: 0, others: 0 };
  for (const life of crowd.ended) toll[await whenceItEnded(admin, life, decided)] += 1;
  await admin.end();
  return toll;
}

async function whenceItEnded(
  admin: Sql,
  life: Life,
  decided: ReadonlyMap<string, number>,
): Promise<"right" | "committed" | "later" | "others"> {
  const transaction = decided.get(life.name);
  if (transaction === undefined) {
    console.log(life);
    return "others";
  }
  if (life.transaction !== transaction) return "later";
  if (life.isAcknowledged) return "committed";
  const [row] = await admin.unsafe("SELECT pg_xact_status($1::text::xid8) AS status", [life.xid ?? ""]);
  return row?.["status"] === "committed" ? "committed" : "right";
}

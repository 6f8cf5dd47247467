import { setTimeout } from "node:timers/promises";

import type { Sql } from "postgres";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { nothingKnown } from "../../src/observe/known.ts";
import { observe, type Observed } from "../../src/observe/observe.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { neverAges, openLooker, type Looker } from "../observe/looker.ts";
import { randomFrom } from "../support/random-looks.ts";
import { connectTo } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { startCrowd, type Life } from "./short-transactions.ts";

/** Tries to end a session that a look decided on; whether it was signalled. */
export type Attempt = (looker: Looker, backend: Backend) => Promise<boolean>;

/** Where the signalled stood when they ended. */
export type Toll = {
  readonly signalled: number;
  readonly movedOn: number;
  /** In the transaction that was decided on: it is rolled back. */
  readonly right: number;
  /** That transaction was committed, and its client had sent nothing since. */
  readonly committed: number;
  /** The client had sent the BEGIN of another transaction. */
  readonly later: number;
  /** Sessions that ended though nobody had decided on them. */
  readonly others: number;
};

/** Who has been idle in a transaction for so long is decided on. */
export const thresholdSeconds = 0.02;

/** What passes between a look and its acts: the intent goes to disk meanwhile. */
const decisionMs = 5;

const crowdSize = 32;

/** Ends sessions of a crowd that is always about to commit, until so many were signalled. The roles app and pgleash must exist. */
export async function race(server: EmbeddedPostgres, attempt: Attempt, signals: number): Promise<Toll> {
  const looker = await openLooker(server, { user: "pgleash" });
  const crowd = startCrowd(server, crowdSize, randomFrom(signals));
  const signalled = new Map<string, number>();
  let movedOn = 0;
  let known = nothingKnown;
  while (signalled.size < signals) {
    const observed = await idleInTransaction(looker, known);
    known = observed.known;
    const decidedOn = observed.snapshot.candidates.filter(({ state }) => state === "idle in transaction");
    await setTimeout(decisionMs);
    for (const backend of decidedOn)
      if (await attempt(looker, backend))
        signalled.set(backend.applicationName ?? "", transactionOf(backend));
      else movedOn += 1;
  }
  await waitFor("everybody who was signalled to end", () => {
    const ended = new Set(crowd.ended.map(({ name }) => name));
    return [...signalled.keys()].every((name) => ended.has(name));
  });
  await crowd.stop();
  await looker.close();
  const admin = connectTo(server);
  const toll = { signalled: signalled.size, movedOn, right: 0, committed: 0, later: 0, others: 0 };
  for (const life of crowd.ended) toll[await whereItEnded(admin, life, signalled.get(life.name))] += 1;
  await admin.end();
  return toll;
}

/** As a watch looks, which does not read again what it knows: what passes between a look and its acts decides. */
async function idleInTransaction({ session, version }: Looker, known: Observed["known"]): Promise<Observed> {
  const request = {
    version,
    followedPids: [],
    sampledApplications: [],
    ages: { ...neverAges, idleInTransactionSeconds: thresholdSeconds },
    groupsByClient: false,
    limits: { candidates: 100, groups: 100 },
    deadline: startDeadline(5),
    prepare: true,
  };
  return await observe(session, request, known);
}

/** The number stands in the statement, and so comes from the same row as the times by which it is recognised. */
function transactionOf(backend: Backend): number {
  return Number(/\/\* (\d+) \*\//.exec(backend.statement?.head ?? "")?.[1]);
}

async function whereItEnded(
  admin: Sql,
  life: Life,
  decidedOn: number | undefined,
): Promise<"right" | "committed" | "later" | "others"> {
  if (decidedOn === undefined) return "others";
  if (life.endedBy !== "57P01" && life.endedBy !== "EPIPE") throw new Error(`${life.name}: ${life.endedBy}`);
  if (life.transaction !== decidedOn) return "later";
  if (life.isAcknowledged) return "committed";
  // Without an answer to its COMMIT, if it sent one, only the server knows.
  const [row] = await admin.unsafe("SELECT pg_xact_status($1::text::xid8) AS status", [life.xid ?? ""]);
  if (row?.["status"] === "aborted") return "right";
  if (row?.["status"] === "committed") return "committed";
  throw new Error(`transaction ${life.xid} of ${life.name} is ${String(row?.["status"])}`);
}

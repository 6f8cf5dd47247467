/** A process of its own that holds the sessions of a crowd: what they cost their client must not disturb who measures. */
import { setTimeout } from "node:timers/promises";

import { isRenewed, RENEW_SECONDS, statementsOf } from "./crowd-statements.ts";
import { planCrowd, type Mix, type PlannedSession } from "./crowd-plan.ts";
import { openWire, type WireClient } from "./wire-client.ts";

/** What the process is told to begin with. */
export type CrowdOrder = {
  readonly socketFolder: string;
  readonly port: number;
  readonly sessions: number;
  readonly mix: Mix;
  readonly statementCharacters: number;
};

/** What it answers, once all sessions are there. */
export type CrowdReady = { readonly pids: readonly number[] };

/** More at once would only wait for the postmaster. */
const CONNECTING_AT_ONCE = 16;

/** A blocked session waits as long as the crowd lives. */
const LONGEST_WAIT_SECONDS = 24 * 3600;

async function gather(order: CrowdOrder): Promise<readonly number[]> {
  const planned = planCrowd(order.sessions, order.mix);
  const statements = statementsOf(order.statementCharacters);
  const pids: number[] = [];
  let next = 0;
  const connectInTurn = async (): Promise<void> => {
    for (let own = next++; own < planned.length; own = next++) {
      const session = planned[own];
      if (session === undefined) return;
      const client = await openWire({ ...order, ...session });
      pids.push(client.pid);
      await begin(client, session, {
        statement: statements[session.behaviour],
        phase: own / planned.length,
      });
    }
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, connectInTurn));
  return pids;
}

/** `phase`, from 0 to below 1, spreads the renewals over time. */
async function begin(
  client: WireClient,
  { behaviour }: PlannedSession,
  { statement, phase }: { readonly statement: string; readonly phase: number },
): Promise<void> {
  if (behaviour === "blocked") void client.query(statement, LONGEST_WAIT_SECONDS).catch(die);
  else if (!isRenewed(behaviour)) await client.query(statement);
  else void renew(client, statement, { isMeantToFail: behaviour === "aborted", phase }).catch(die);
}

async function renew(
  client: WireClient,
  statement: string,
  { isMeantToFail, phase }: { readonly isMeantToFail: boolean; readonly phase: number },
): Promise<never> {
  await setTimeout(1000 * RENEW_SECONDS * phase);
  for (;;) {
    const begunMs = performance.now();
    await client.query(statement).catch((error: unknown) => {
      if (!isMeantToFail || !/division by zero/.test(String(error))) throw error;
    });
    await setTimeout(Math.max(50, 1000 * RENEW_SECONDS - (performance.now() - begunMs)));
  }
}

/** A crowd that loses a session is another crowd. */
function die(error: unknown): void {
  process.stderr.write(`crowd: ${String(error)}\n`);
  process.exit(1);
}

process.once("message", (order: CrowdOrder) => {
  gather(order).then((pids) => process.send?.({ pids } satisfies CrowdReady), die);
});
// Whoever started us is gone, or wants us gone.
process.once("disconnect", () => process.exit(0));

import type { Lifetime } from "../lifetime.ts";
import { createOwnQuickLooks } from "../targets/own-quick-looks.ts";
import { openOwnSession } from "../targets/own-session.ts";
import { startCountingRelay } from "../world/counting-relay.ts";
import type { BenchServer } from "../world/server.ts";

/** What so many quick looks in a row have asked of the server. Of the first ones nothing is counted. */
export type SteadyQuickLooks = {
  readonly quickLooks: number;
  readonly parses: number;
  readonly statements: number;
  readonly rows: number;
};

const FIRST_LOOKS = 3;

/** Quick looks back to back, each as right after a look, over a connection on which every message is counted. */
export async function measureSteadyQuickLooks(
  lifetime: Lifetime,
  server: BenchServer,
  quickLooks: number,
): Promise<SteadyQuickLooks> {
  const relay = await startCountingRelay(lifetime, server);
  const own = createOwnQuickLooks(await openOwnSession(lifetime, relay));
  for (let count = 0; count < FIRST_LOOKS; count += 1) await own.look();
  const before = relay.counts();
  for (let count = 0; count < quickLooks; count += 1) await own.look();
  const after = relay.counts();
  return {
    quickLooks,
    parses: after.parses - before.parses,
    statements: after.executions + after.simpleQueries - before.executions - before.simpleQueries,
    rows: after.rows - before.rows,
  };
}

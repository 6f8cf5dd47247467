import type { Lifetime } from "../lifetime.ts";
import { minorFaultsOf } from "../measure/process-use.ts";
import { createOwnLooks } from "../targets/own-looks.ts";
import { openOwnSession } from "../targets/own-session.ts";
import { startCountingRelay, type WireCounts } from "../world/counting-relay.ts";
import type { BenchServer } from "../world/server.ts";

/** What so many looks in a row have asked of the server, evidence included. Of the first ones nothing is counted. */
export type SteadyLooks = {
  readonly looks: number;
  /** Over the relay since its start: those that are held, unless one was given up. */
  readonly connections: number;
  readonly newConnections: number;
  readonly parses: number;
  readonly statements: number;
  readonly rows: number;
  readonly temporaryFiles: number;
  readonly minorFaults: number;
};

/** Both statements have been prepared by then, and memory is as it stays. */
const FIRST_LOOKS = 12;

/** Looks back to back, over a connection on which every message is counted. */
export async function measureSteadyLooks(
  lifetime: Lifetime,
  server: BenchServer,
  looks: number,
): Promise<SteadyLooks> {
  const relay = await startCountingRelay(lifetime, server);
  const connected = await openOwnSession(lifetime, relay);
  const own = createOwnLooks(connected);
  for (let count = 0; count < FIRST_LOOKS; count += 1) await own.look();
  const read = async (): Promise<WireCounts & { faults: number; files: number }> => ({
    ...relay.counts(),
    faults: await minorFaultsOf(connected.probe.backendPid),
    files: await server.temporaryFiles(),
  });
  const before = await read();
  for (let count = 0; count < looks; count += 1) await own.look();
  const after = await read();
  return {
    looks,
    connections: after.connections,
    newConnections: after.connections - before.connections,
    parses: after.parses - before.parses,
    statements: after.executions + after.simpleQueries - before.executions - before.simpleQueries,
    rows: after.rows - before.rows,
    temporaryFiles: after.files - before.files,
    minorFaults: after.faults - before.faults,
  };
}

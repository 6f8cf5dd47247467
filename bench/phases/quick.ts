import { within, type Lifetime } from "../lifetime.ts";
import { tell } from "../progress.ts";
import type { BenchServer, ServerOptions } from "../world/server.ts";
import { measureBackToBack, type BackToBack } from "./back-to-back.ts";
import { measureRestingProgram, type RestingProgram } from "./resting-program.ts";
import { gatherCrowd, temporaryFolder, type StageOptions } from "./stage.ts";
import { measureSteadyLooks, type SteadyLooks } from "./steady-looks.ts";
import { measureSteadyQuickLooks, type SteadyQuickLooks } from "./steady-quick-looks.ts";

/** Counts, which a busy machine does not change. */
export type QuickMeasures = {
  readonly sessions: number;
  /** Of the crowd that were still there at the end. */
  readonly sessionsAtEnd: number;
  readonly steady: SteadyLooks;
  readonly quick: SteadyQuickLooks;
  readonly resting: RestingProgram;
  readonly backToBack: BackToBack;
};

const STEADY_LOOKS = 200;
const QUICK_LOOKS = 100;
const LOOKS_FOR_MEMORY = 1200;

/**
 * With so many slots pgleash warms its backend up, and 200 sessions with statements of this length do not fit into the default
 * `work_mem` of 4 MB: neither limit could fail on a small server.
 */
const SLOTS = 500;
const STATEMENT_CHARACTERS = 25_000;

/** The server of a quick run with so many sessions. */
export function quickServer(major: string, sessions: number): ServerOptions {
  return {
    major,
    connections: Math.max(SLOTS, sessions),
    settings: { track_activity_query_size: String(STATEMENT_CHARACTERS + 1024) },
  };
}

/** Counts what looks and scrapes ask of a server with so many sessions. */
export function measureQuick(
  outer: Lifetime,
  server: BenchServer,
  options: StageOptions,
): Promise<QuickMeasures> {
  return within(outer, async (lifetime) => {
    const { sessions } = options;
    tell(`${sessions} sessions: looks and scrapes are counted`);
    // A server takes many times as long over such statements: all that does not need them has a crowd of its own.
    const [steady, quick] = await within(lifetime, async (part) => {
      const wordy = await gatherCrowd(part, server, {
        ...options,
        statementCharacters: STATEMENT_CHARACTERS,
      });
      const looks = await within(part, (own) => measureSteadyLooks(own, server, STEADY_LOOKS));
      const quickLooks = await within(part, (own) => measureSteadyQuickLooks(own, server, QUICK_LOOKS));
      wordy.check();
      return [looks, quickLooks];
    });
    const crowd = await gatherCrowd(lifetime, server, options);
    const folder = await temporaryFolder(lifetime);
    const resting = await within(lifetime, (part) =>
      measureRestingProgram(part, server, { ...options, folder }),
    );
    const backToBack = await within(lifetime, (part) => measureBackToBack(part, server, LOOKS_FOR_MEMORY));
    crowd.check();
    return { sessions, sessionsAtEnd: await countCrowd(server), steady, quick, resting, backToBack };
  });
}

async function countCrowd({ admin }: BenchServer): Promise<number> {
  const [count] = await admin.query(
    "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'app\\_role\\_%'",
  );
  return Number(count);
}

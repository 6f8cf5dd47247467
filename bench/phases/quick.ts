import { within, type Lifetime } from "../lifetime.ts";
import { tell } from "../progress.ts";
import { startBenchServer, type BenchServer } from "../world/server.ts";
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
  /** That looks have caused where statements are long. */
  readonly temporaryFiles: number;
  readonly steady: SteadyLooks;
  readonly quick: SteadyQuickLooks;
  readonly resting: RestingProgram;
  readonly backToBack: BackToBack;
};

const STEADY_LOOKS = 200;
const QUICK_LOOKS = 100;
const WORDY_LOOKS = 20;
const LOOKS_FOR_MEMORY = 1200;

/** With so many slots pgleash warms its backend up: on a small server nobody could tell. */
const SLOTS = 500;
/** 200 of this length do not fit into the default `work_mem` of 4 MB. */
const STATEMENT_CHARACTERS = 25_000;

/** Counts what looks and scrapes ask of servers with so many sessions. */
export function measureQuick(outer: Lifetime, major: string, options: StageOptions): Promise<QuickMeasures> {
  return within(outer, async (lifetime) => {
    const { sessions } = options;
    tell(`${sessions} sessions: temporary files are counted`);
    const temporaryFiles = await within(lifetime, (part) => countTemporaryFiles(part, major, options));
    const connections = Math.max(SLOTS, sessions);
    const server = await startBenchServer(lifetime, { major, connections });
    tell(`${sessions} sessions: looks and scrapes are counted`);
    const crowd = await gatherCrowd(lifetime, server, options);
    const folder = await temporaryFolder(lifetime);
    const steady = await within(lifetime, (part) => measureSteadyLooks(part, server, STEADY_LOOKS));
    const quick = await within(lifetime, (part) => measureSteadyQuickLooks(part, server, QUICK_LOOKS));
    const resting = await within(lifetime, (part) =>
      measureRestingProgram(part, server, { ...options, folder }),
    );
    const backToBack = await within(lifetime, (part) => measureBackToBack(part, server, LOOKS_FOR_MEMORY));
    crowd.check();
    const sessionsAtEnd = await countCrowd(server);
    return { sessions, sessionsAtEnd, temporaryFiles, steady, quick, resting, backToBack };
  });
}

/**
 * On a server of its own: one that keeps such long statements is slower, and its session table is so large that glibc keeps the
 * memory for it without a warm-up.
 */
async function countTemporaryFiles(
  lifetime: Lifetime,
  major: string,
  options: StageOptions,
): Promise<number> {
  const server = await startBenchServer(lifetime, {
    major,
    connections: options.sessions,
    settings: { track_activity_query_size: String(STATEMENT_CHARACTERS + 1024) },
  });
  const crowd = await gatherCrowd(lifetime, server, {
    ...options,
    statementCharacters: STATEMENT_CHARACTERS,
  });
  const { temporaryFiles } = await measureSteadyLooks(lifetime, server, WORDY_LOOKS);
  crowd.check();
  return temporaryFiles;
}

async function countCrowd({ admin }: BenchServer): Promise<number> {
  const [count] = await admin.query(
    "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'app\\_role\\_%'",
  );
  return Number(count);
}

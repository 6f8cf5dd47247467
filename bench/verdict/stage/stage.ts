import type { Lifetime } from "../../lifetime.ts";
import type { Part } from "./cast.ts";
import { startDump, whyNoDump, type Dump } from "./dump.ts";
import type { Place } from "./place.ts";
import { startPooler } from "./pooler.ts";
import { startProgram, type Playing, type Standing } from "./program.ts";
import type { StageServer } from "./server.ts";

/** All programs that play on a server. */
export type Stage = {
  /** Gives the cue, and returns when everything stands, but for what takes its time. */
  begin(): Promise<void>;
  /** What was said of the scenarios of these applications, and of those of roles of their own. */
  standing(): ReadonlyMap<string, Standing>;
  /** The roles whose part cannot be played on this major, and why. */
  readonly notPlayed: ReadonlyMap<string, string>;
  /** What should have played, and did not, or not to the end; and why. */
  failures(): readonly string[];
};

export type StageOptions = {
  readonly major: string;
  readonly minuteSeconds: number;
  readonly cast: readonly Part[];
  /** Whether something is dumped meanwhile. */
  readonly dumps: boolean;
};

const dumpers = [
  { usename: "dumper_daily", schema: "daily" },
  { usename: "dumper_monthly", schema: "monthly" },
];

/** Has all programs load, and wait for their cue. They end with the lifetime. */
export async function prepareStage(
  lifetime: Lifetime,
  server: StageServer,
  { major, minuteSeconds, cast, dumps }: StageOptions,
): Promise<Stage> {
  const place: Place = { host: server.socketFolder, port: server.port, minuteSeconds };
  const failures: string[] = [];
  const pooled = cast.filter(({ through }) => through === "PgBouncer");
  const pooler = pooled.length === 0 ? null : await poolerFor(lifetime, server, pooled, failures);
  const programs = cast.flatMap((part) => {
    if (part.through === "the server") return [startProgram(lifetime, part, place)];
    return pooler === null
      ? []
      : [startProgram(lifetime, part, { ...place, host: "127.0.0.1", port: pooler.port })];
  });
  const whyNot = dumps ? whyNoDump(major) : null;
  if (whyNot?.isFailure === true) failures.push(whyNot.why);
  const started: Dump[] = [];
  const standing = new Map<string, Standing>();
  await Promise.all(programs.map(({ loaded }) => loaded.catch(() => undefined)));
  return {
    async begin() {
      // In order, as far as the first is concerned: a new replication slot waits for every transaction under way.
      const [first, ...others] = programs;
      await playing(first === undefined ? [] : [first]);
      await playing(others);
      if (!dumps || whyNot !== null) return;
      for (const dumper of dumpers) {
        const dump = await startDump(lifetime, place, dumper);
        started.push(dump);
        standing.set(dumper.usename, { atSeconds: dump.startedAt, pids: [] });
      }
    },
    standing() {
      for (const { part, standing: own } of programs)
        for (const [applicationName, said] of own) {
          standing.set(applicationName, said);
          if (part.usename !== "orders") standing.set(part.usename, said);
        }
      return standing;
    },
    notPlayed: whyNot === null ? new Map() : new Map(dumpers.map(({ usename }) => [usename, whyNot.why])),
    failures: () => [...failures, ...[...programs, ...started].flatMap((one) => one.failure() ?? [])],
  };
}

/** Those that end before they stand are among what is missing. */
async function playing(programs: readonly Playing[]): Promise<void> {
  for (const program of programs) program.cue();
  await Promise.all(programs.map(({ stands }) => stands.catch(() => undefined)));
}

async function poolerFor(
  lifetime: Lifetime,
  server: StageServer,
  pooled: readonly Part[],
  failures: string[],
): Promise<{ readonly port: number } | null> {
  const roles = pooled.map(({ usename }) => usename);
  return await startPooler(lifetime, { serverPort: server.port, roles }).catch((error: unknown) => {
    failures.push(
      ...roles.map((role) => `${role}: ${error instanceof Error ? error.message : String(error)}`),
    );
    return null;
  });
}

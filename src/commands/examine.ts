import type { Config, ServerConfig } from "../config/config.ts";
import type { Report } from "../expose/report.ts";
import { connect } from "../postgres/attempts/connect.ts";
import { startDeadline } from "../postgres/deadline.ts";
import { toFailure, type PostgresFailure } from "../postgres/failure.ts";
import { inspect, type Inspection } from "../postgres/inspect.ts";
import { makeAttempt, type Connected } from "../postgres/attempts/make-attempt.ts";
import type { Probe } from "../postgres/probe.ts";
import { lookUp } from "../postgres/attempts/look-up.ts";
import type { ServerAddress } from "../postgres/settings.ts";
import { lookThrough } from "./look-once.ts";

/** What one look came to, and how long it took. */
export type ExaminedLook = {
  readonly seconds: number;
  readonly report: Report;
};

/** What was found out about one server, over one connection. */
export type Examination = {
  readonly server: ServerConfig;
  /** The place that was tried last: where connecting ended. `null` where no place was reached at all. */
  readonly place: ServerAddress | null;
  readonly connectSeconds: number;
  /** What connecting came to. */
  readonly probe: Probe | null;
  readonly inspection: Inspection | null;
  readonly look: ExaminedLook | null;
  /** Where it ended, if it did not get to the end; what comes after that is `null`. */
  readonly failure: { readonly at: "connect" | "inspect" | "look"; readonly why: PostgresFailure } | null;
};

/** Connects, asks and looks once, each within the time of a look. Never throws. */
export async function examine(
  server: ServerConfig,
  shown: Pick<Config, "labelBudget" | "commentLabels">,
): Promise<Examination> {
  const begunMs = performance.now();
  const { connected, place, failure } = await connectTold(server);
  const reached = { server, place, connectSeconds: secondsSince(begunMs) };
  const nothing = { probe: null, inspection: null, look: null };
  if (connected === null) return { ...reached, ...nothing, failure };
  const { session, probe } = connected;
  const deadline = startDeadline(server.lookTimeoutSeconds);
  let inspection: Inspection | null = null;
  try {
    inspection = await inspect(session, { deadline });
    const lookMs = performance.now();
    const { report } = await lookThrough(connected, { server, shown, deadline });
    const look = report === null ? null : { seconds: secondsSince(lookMs), report };
    return { ...reached, probe, inspection, look, failure: null };
  } catch (error) {
    const at = inspection === null ? "inspect" : "look";
    return { ...reached, probe, inspection, look: null, failure: { at, why: toFailure(error) } };
  } finally {
    await session.close();
  }
}

type Told = Pick<Examination, "place" | "failure"> & { readonly connected: Connected | null };

/** Connects as every command does, and keeps in mind where. */
async function connectTold({ connection, lookTimeoutSeconds }: ServerConfig): Promise<Told> {
  let place: ServerAddress | null = null;
  const means = {
    random: Math.random,
    lookUp,
    makeAttempt: (...[settings, attempt, options]: Parameters<typeof makeAttempt>) => {
      place = attempt.address;
      return makeAttempt(settings, attempt, options);
    },
  };
  const options = { deadline: startDeadline(lookTimeoutSeconds), lookTimeoutSeconds };
  try {
    return { connected: await connect(connection, options, means), place, failure: null };
  } catch (error) {
    return { connected: null, place, failure: { at: "connect", why: toFailure(error) } };
  }
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000;
}

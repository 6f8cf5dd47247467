import { createLease } from "../act/lease.ts";
import { emptyHistory, withLook, type History } from "../advise/history.ts";
import { protectedBy } from "../advise/protected-session.ts";
import { sparesRoleBy } from "../advise/spared-role.ts";
import { cycle, firstRemembered } from "../cycle.ts";
import type { LookDue } from "../classify/look-due.ts";
import type { LastLook } from "../classify/memory.ts";
import type { ServerConfig } from "../config/config.ts";
import type { Leash } from "../decide/leash.ts";
import type { Report } from "../expose/report.ts";
import { viewAfterLook } from "../expose/server-view.ts";
import type { ServerView } from "../expose/view.ts";
import { createConnection, type Connection } from "../postgres/connection.ts";
import { shortenDeadline, startDeadline, type Deadline } from "../postgres/deadline.ts";
import { withSignalGrant } from "../postgres/probe.ts";
import { quickLook } from "../quick-look.ts";
import type { Reading } from "../reading.ts";
import type { Recorder } from "../record/recorder.ts";
import { leashingOf } from "./leashing.ts";
import type { Opening, Place } from "./openings.ts";
import { timingOf } from "./schedule.ts";
import type { WatchSettings } from "./watch-settings.ts";

/** The one connection to a server, and what is remembered between looks over it. */
export type Looking = {
  /** False while a failed connection is to be left alone. */
  isDue(): boolean;
  /** Resolves once a look may begin: at once, unless it has to open the connection. With `null` when the signal is aborted before. */
  enter(signal: AbortSignal): Promise<Place | null>;
  /** Looks once, and returns the view after it. Throws a `PostgresFailure`; what is remembered then stays, but for what was done. Once `stopping` is aborted, no further act is begun. */
  look(settings: WatchSettings, before: ServerView, around: LookAround): Promise<ServerView>;
  /**
   * Looks quickly, and says whether a look is due; `null` where no connection is open, or no look was taken yet: it opens
   * none. Not while a look is under way. Throws a `PostgresFailure`.
   */
  lookQuickly(server: ServerConfig): Promise<LookDue | null>;
  /** The look failed: the connection is left alone for a while, if it did not survive. */
  failed(): void;
  /** How many connections the server has answered on. */
  opened(): number;
  /** Also what the look under way has done so far. */
  leash(): Leash;
  /** Takes over what limits are counted on. Not while a look is under way. */
  recall(leash: Leash): void;
  /** The connection stays, unless the new settings lead elsewhere. */
  configure(before: WatchSettings, next: WatchSettings): Promise<void>;
  close(): Promise<void>;
};

export type LookAround = {
  readonly place: Place;
  readonly stopping: AbortSignal;
  /** Between two looks by plan, because a quick look called for it. */
  readonly isOutOfTurn: boolean;
};

/** What an earlier process left of a server is the `leash`. */
export type LookingStart = {
  readonly leash: Leash;
  readonly opening: Opening;
  readonly recorder: Recorder | undefined;
};

/**
 * The share of a look's time after which a quick look is given up, and the connection with it. A look may have to wait so
 * long. It is more than the server itself allows a statement, so that one that is merely slow costs no connection.
 */
const QUICK_PATIENCE = 0.9;

/** The connection is open already. */
const atOnce: Place = { mostSeconds: Infinity, leave: () => undefined };

/** Nothing is opened before the first look. */
export function createLooking({ leash, opening, recorder }: LookingStart): Looking {
  const connection = createConnection();
  const lease = createLease();
  let remembered = firstRemembered(leash);
  let history = emptyHistory;
  let lastLookMs: number | null = null;

  function recall(recalled: Leash): void {
    remembered = { ...remembered, leash: recalled };
  }

  return {
    isDue: () => connection.isDue(),
    enter: (signal) => (connection.session() !== null ? Promise.resolve(atOnce) : opening.enter(signal)),
    // One deadline for the whole look: connecting must not add to what the schedule allows.
    async look(
      { server, labelBudget, commentKeys, leash: leashSettings },
      before,
      { place, stopping, isOutOfTurn },
    ) {
      const { thresholds, pools } = server;
      const deadline = startDeadline(server.lookTimeoutSeconds);
      const { session, probe } = await connectAt(place, { connection, server, deadline });
      const { gapSeconds, intervalSeconds } = timingOf(server.schedule, timeOfLastLook(before));
      const nowMs = performance.now();
      const sinceLastLookSeconds = lastLookMs === null ? null : (nowMs - lastLookMs) / 1000;
      const isAnnounced = remembered.leash.announcements.size > 0;
      const acting = { lease, probe, deadline, stopping, isAnnounced, remember: recall };
      const around = { ...acting, pollSeconds: intervalSeconds };
      const leashing = leashingOf(server.name, leashSettings, around);
      // Whoever has no rules any more must not keep others from acting.
      if (leashing === null) await lease.release(session, { version: probe.version, deadline });
      const judging = { thresholds, pools, commentKeys, gapSeconds, sinceLastLookSeconds, isOutOfTurn };
      const options = { ...judging, believesRows: false, probe, deadline, leashing };
      const { report, reading, remembered: after } = await cycle(session, remembered, options);
      remembered = after;
      history = historyAfter(history, { reading, uses: report.pools }, { server, leash: leashSettings });
      lastLookMs = nowMs;
      recorder?.record({ server: server.name, ...reading }, remembered.memory.attributions);
      connection.succeeded();
      connection.learnGrant(reading.canSignal);
      if (isProbeOutdated(before.report, report)) connection.askAgain();
      const { memory, decisions } = remembered;
      const probed = withSignalGrant(probe, reading.canSignal);
      const result = { report, probe: probed, tally: memory.tally, decisions, labelBudget, commentKeys };
      return {
        ...viewAfterLook(before, result),
        intervalSeconds,
        history,
        lastSuccessSeconds: Date.now() / 1000,
      };
    },
    lookQuickly: (server) => quicklyOver(connection, server, remembered.memory.lastLook),
    failed: () => connection.failed(),
    opened: () => connection.opened(),
    leash: () => remembered.leash,
    recall,
    async configure({ server: before }, { server: next }) {
      if (JSON.stringify(next.connection) !== JSON.stringify(before.connection)) await connection.close();
      else if (next.lookTimeoutSeconds !== before.lookTimeoutSeconds) connection.askAgain();
    },
    close: () => connection.close(),
  };
}

/** Who is protected is so by the policy of the look, whatever a reload makes of it later. */
function historyAfter(
  history: History,
  { reading, uses }: { readonly reading: Reading; readonly uses: Report["pools"] },
  { server: { name: server, thresholds, pools: declared }, leash }: Pick<WatchSettings, "server" | "leash">,
): History {
  const watched = { server, ownRole: reading.ownRole };
  const isProtected = protectedBy(leash.policy, watched);
  const sparesRole = sparesRoleBy(leash.policy, watched);
  return withLook(history, reading, { thresholds, isProtected, sparesRole, pools: { declared, uses } });
}

async function quicklyOver(
  connection: Connection,
  { lookTimeoutSeconds, thresholds }: ServerConfig,
  lastLook: LastLook | null,
): Promise<LookDue | null> {
  const session = connection.session();
  if (lastLook === null || session === null) return null;
  const deadline = startDeadline(lookTimeoutSeconds * QUICK_PATIENCE);
  return await quickLook(session, { thresholds, lastLookSeconds: lastLook.takenAtSeconds, deadline });
}

/** Within what the place allows, and gives it back. */
async function connectAt(
  place: Place,
  { connection, server, deadline }: ConnectOptions,
): Promise<Awaited<ReturnType<Connection["use"]>>> {
  const { lookTimeoutSeconds } = server;
  const options = { deadline: shortenDeadline(deadline, place.mostSeconds), lookTimeoutSeconds };
  return await connection.use(server.connection, options).finally(() => place.leave());
}

type ConnectOptions = {
  readonly connection: Connection;
  readonly server: ServerConfig;
  readonly deadline: Deadline;
};

function timeOfLastLook({ lastSuccessSeconds }: ServerView): Date {
  return lastSuccessSeconds === null ? new Date() : new Date(lastSuccessSeconds * 1000);
}

/** Sessions that hide or show themselves, and an act that the server refused, mean that a grant changed. */
function isProbeOutdated(before: Report | null, after: Report): boolean {
  return hidesSessions(before) !== hidesSessions(after) || wasRefused(after);
}

function wasRefused({ leash }: Report): boolean {
  return leash !== null && leash.results.some(({ isRefused }) => isRefused);
}

function hidesSessions(report: Report | null): boolean {
  return (report?.snapshot.coverage.hiddenSessions ?? 0) > 0;
}

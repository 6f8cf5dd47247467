import type { ServerConfig } from "../config/config.ts";
import { noQuickLooks, type ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import { toFailure } from "../postgres/failure.ts";
import { isTimeForQuickLook, paceAfter, type CallPace } from "./call-pace.ts";
import type { Looking } from "./looking.ts";
import {
  narratePooler,
  narrateQuickFailure,
  narrateQuickLook,
  type QuickTold,
} from "./narrate-quick-looks.ts";

/** The quick looks at one server, between its looks. They judge nobody: all they can do is to call for a look. */
export type QuickLooks = {
  /** Takes one, if it is time. Resolves with whether a look is due. Not while a look is under way. Never throws. */
  take(server: ServerConfig): Promise<boolean>;
  /** Resolves once none is under way: two statements at once must not be sent over one session. */
  settled(): Promise<void>;
  lookBegins(isOutOfTurn: boolean): void;
  /** The view, with what quick looks have come to by then. */
  lookEnded(server: ServerConfig, view: ServerView): ServerView;
};

/** None is taken before a look has succeeded: it is what they go by. */
export function createQuickLooks(looking: Pick<Looking, "lookQuickly">, log: Log): QuickLooks {
  let tally = noQuickLooks;
  let told: QuickTold = null;
  let pace: CallPace = { calledFor: 0, lastBeganMs: -Infinity };
  /** A server that refuses, or is too slow, is asked no more until it has been looked at. */
  let isResting = true;
  let underWay: Promise<boolean> | null = null;

  async function take(server: ServerConfig): Promise<boolean> {
    try {
      const due = await looking.lookQuickly(server);
      isResting = due === null;
      if (due === null) return false;
      told = narrateQuickLook(log, server.name, told, due);
      const isDue = due.type === "due";
      tally = { ...tally, begun: tally.begun + 1, calledFor: tally.calledFor + Number(isDue) };
      return isDue;
    } catch (error) {
      isResting = true;
      const failure = toFailure(error);
      told = narrateQuickFailure(log, server.name, told, failure);
      const failures = { ...tally.failures, [failure.reason]: tally.failures[failure.reason] + 1 };
      tally = { ...tally, begun: tally.begun + 1, failures };
      return false;
    }
  }

  return {
    async settled() {
      await underWay;
    },
    async take(server) {
      const { quickEverySeconds } = server;
      if (quickEverySeconds === null || isResting || told === "pooled" || underWay !== null) return false;
      if (!isTimeForQuickLook(pace, quickEverySeconds, performance.now())) return false;
      underWay = take(server).finally(() => (underWay = null));
      return await underWay;
    },
    lookBegins(isOutOfTurn) {
      pace = paceAfter(pace, isOutOfTurn, performance.now());
    },
    lookEnded({ name, quickEverySeconds }, view) {
      const { report, probe } = view;
      isResting = report === null;
      if (quickEverySeconds === null) return { ...view, quickLooks: null };
      // A pooler hands the next statement to another session, which may not know what is prepared.
      if (report !== null && probe !== null) told = narratePooler(log, name, told, probe.pooled);
      return { ...view, quickLooks: tally };
    },
  };
}

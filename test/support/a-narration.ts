import { firstView, viewAfterFailure } from "../../src/expose/server-view.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { PostgresFailure, type FailureReason } from "../../src/postgres/failure.ts";
import { narrate, nothingTold } from "../../src/watch/narrate.ts";
import { aLog, type LogRecord } from "./a-log.ts";

/** What the log says of the last of these views, each of which is the one after a look. */
export function told(...views: readonly [ServerView, ...ServerView[]]): readonly LogRecord[] {
  let state = nothingTold;
  let before = firstView("db1", 5);
  let last: readonly LogRecord[] = [];
  for (const after of views) {
    const { log, records } = aLog();
    state = narrate(log, { before, after, told: state });
    before = after;
    last = records;
  }
  return last;
}

/** The view after a look that failed. */
export function failed(view: ServerView, reason: FailureReason): ServerView {
  return viewAfterFailure(view, new PostgresFailure(reason, "why"));
}

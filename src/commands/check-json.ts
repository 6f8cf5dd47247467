import type { Checked } from "../leak-check/check-command.ts";
import type { LeakWay } from "../leak-check/leak.ts";
import { suspectJson, type SuspectJson } from "../expose/suspect-json.ts";
import type { CheckPlace } from "./check-text.ts";

/** What `--report` writes. */
export type CheckJson = {
  /** Whether the command ran and nothing leaked, as far as could be seen; whatever it ended with. */
  readonly fine: boolean;
  /** Null where it was started. */
  readonly why_not_started: string | null;
  readonly server: string;
  /** What the application names of judged sessions begin with; null where all are judged. */
  readonly tag: string | null;
  readonly command_exit_code: number;
  /** Sessions that began with the command: those that were judged, and the others. */
  readonly sessions: number;
  readonly other_sessions: number;
  /** Judged sessions that were in a transaction when last seen, too briefly to be told from honest ones; among `sessions`, in no leak. */
  readonly went_in_transaction: number;
  /** Prepared transactions that began with the command, and may be its own: they have no application name and no client. */
  readonly prepared_in_doubt: number;
  readonly missed_looks: number;
  /** Why finding nobody proves nothing; null where it does. */
  readonly blind: string | null;
  /** Whether more leaked than is listed. */
  readonly has_more_leaks: boolean;
  readonly leaks: readonly ({ readonly way: LeakWay } & SuspectJson)[];
};

/** What a check found, for programs. */
export function checkJson(
  { leaks, run, end, missed, blind }: Checked,
  { server, tag }: CheckPlace,
): CheckJson {
  return {
    fine: leaks.length === 0 && blind === null && end.whyNotStarted === null,
    why_not_started: end.whyNotStarted,
    server,
    tag,
    command_exit_code: end.status,
    sessions: run.sessionsSeen,
    other_sessions: run.strangersSeen,
    went_in_transaction: run.wentInTransaction,
    prepared_in_doubt: run.preparedInDoubt,
    missed_looks: missed.looks,
    blind,
    has_more_leaks: run.hasMoreLeaks,
    leaks: leaks.map(({ way, suspect }) => ({ way, ...suspectJson(server, suspect) })),
  };
}

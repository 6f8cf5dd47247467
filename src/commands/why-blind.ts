import type { ServerView } from "../expose/view.ts";
import { counted } from "./counted.ts";

/** Why finding nobody proves nothing. */
export function whyBlind({ failure, report, evidenceFailure, probe: probed }: ServerView): readonly string[] {
  if (failure !== null) return [`${failure.reason}: ${failure.message}`];
  const hidden = report?.snapshot.coverage.hiddenSessions ?? 0;
  return [
    ...(hidden > 0
      ? [
          `${counted(hidden, "session")} ${hidden === 1 ? "is" : "are"} hidden from ${probed?.user}: grant it pg_monitor`,
        ]
      : []),
    ...(evidenceFailure === null ? [] : [`prepared transactions and lock waits unseen: ${evidenceFailure}`]),
  ];
}

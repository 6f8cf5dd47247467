import { printable } from "../printable.ts";
import { askedServer, type Refused } from "./asked-server.ts";
import { explanation, type Explanation } from "./explain-json.ts";
import { explanationLines } from "./explain-text.ts";
import type { View } from "./view.ts";

/** The answer as JSON, or what is wrong with the question. */
export type Explained = { readonly json: Explanation & { readonly text: readonly string[] } } | Refused;

const LARGEST_PID = 2 ** 31 - 1;

/**
 * Answers `?pid=N&server=NAME` from the last look; nothing is asked of PostgreSQL. The server need not be named where
 * there is only one.
 */
export function explainRequest(
  { servers, isEnforceFlagged }: Pick<View, "servers" | "isEnforceFlagged">,
  parameters: URLSearchParams,
): Explained {
  const pid = pidOf(parameters.get("pid") ?? "");
  if (pid === null) return { status: 400, problem: "expected pid=N, the pid of a session" };
  const found = askedServer(servers, parameters.get("server"));
  if ("problem" in found) return found;
  const { server, report, failure, probe } = found;
  if (report === null) {
    const why = failure === null ? "it was not looked at yet" : `${failure.reason}: ${failure.message}`;
    return { status: 503, problem: `nothing is known of ${printable(server)}: ${printable(why)}` };
  }
  const explained = explanation(report, { server, pid, probe, isEnforceFlagged });
  return { json: { ...explained, text: explanationLines(explained) } };
}

function pidOf(text: string): number | null {
  const pid = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return pid >= 1 && pid <= LARGEST_PID ? pid : null;
}

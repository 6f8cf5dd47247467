import { printable } from "../printable.ts";
import { explanation, type Explanation } from "./explain-json.ts";
import { explanationLines } from "./explain-text.ts";
import { shortened } from "./shortened.ts";
import type { ServerView, View } from "./view.ts";

/** The answer as JSON, or what is wrong with the question. */
export type Explained =
  | { readonly json: Explanation & { readonly text: readonly string[] } }
  | { readonly status: 400 | 404 | 503; readonly problem: string };

const LARGEST_PID = 2 ** 31 - 1;

/** The longest name that is repeated to whoever asks for it. */
const LONGEST_NAME = 64;

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
  const found = serverOf(servers, parameters.get("server"));
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

function serverOf(
  servers: readonly ServerView[],
  name: string | null,
): ServerView | Extract<Explained, { readonly problem: string }> {
  const names = servers.map(({ server }) => printable(server)).join(", ");
  const [only, another] = servers;
  if (name === null && only !== undefined && another === undefined) return only;
  if (only === undefined) return { status: 404, problem: "no server is watched" };
  if (name === null) return { status: 400, problem: `expected server=NAME, one of ${names}` };
  const named = servers.find(({ server }) => server === name);
  if (named !== undefined) return named;
  const asked = printable(shortened(name, LONGEST_NAME));
  return { status: 404, problem: `no server ${asked}: expected one of ${names}` };
}

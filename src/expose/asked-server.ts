import { printable } from "../printable.ts";
import { shortened } from "./shortened.ts";
import type { ServerView } from "./view.ts";

/** What is wrong with a question, for whoever asked. */
export type Refused = { readonly status: 400 | 404 | 503; readonly problem: string };

/** The longest name that is repeated to whoever asks for it. */
const LONGEST_NAME = 64;

/** The server that is asked about. It need not be named where there is only one. */
export function askedServer(servers: readonly ServerView[], name: string | null): ServerView | Refused {
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

import type { ServerReplay } from "./server-replay.ts";
import type { WouldAct } from "./would-act.ts";

/** What a recording came to under one policy, by server. `file` is where the policy stands. */
export type PolicyReplay = { readonly file: string; readonly servers: ReadonlyMap<string, ServerReplay> };

/** All that the policy would have done, in the order of time. */
export function actsOf({ servers }: PolicyReplay): readonly WouldAct[] {
  return [...servers.values()].flatMap(({ acts }) => acts).toSorted((a, b) => a.atSeconds - b.atSeconds);
}

import { neverEndedFor } from "../decide/never-ended.ts";
import type { Policy } from "../decide/policy.ts";
import type { Target } from "../decide/target.ts";
import type { Backend } from "../observe/snapshot.ts";

/** What a protection cannot see: it is about whose session it is. */
const whatever = {
  kind: "idle_in_transaction",
  severity: "leaked",
  harm: "slot",
  commentKeys: new Map(),
} as const satisfies Partial<Target>;

/** Whose sessions they are: of which server, as whom it is looked at. */
export type Watched = { readonly server: string; readonly ownRole: string };

const unseen = {
  datname: null,
  usename: null,
  applicationName: null,
  clientAddr: null,
  state: "unknown",
  queryId: null,
} as const satisfies Partial<Target>;

/** Whether pgleash would never end a session, by its role or by a protection of the policy. Pure. */
export function protectedBy(
  { protections }: Pick<Policy, "protections">,
  watched: Watched,
): (backend: Backend) => boolean {
  return (backend) => {
    const { datname, usename, applicationName, clientAddr, state, queryId } = backend;
    const target = targetWith(watched, { datname, usename, applicationName, clientAddr, state, queryId });
    return (
      neverEndedFor(backend, watched.ownRole).length > 0 ||
      protections.some(({ mayMatch }) => mayMatch(target))
    );
  };
}

/** A session of which only this is known, as protections see it. Pure. */
export function targetWith({ server }: Pick<Watched, "server">, known: Partial<Target>): Target {
  return { ...whatever, ...unseen, ...known, server };
}

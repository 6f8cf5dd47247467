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

/** Whether pgleash would never end a session, by its role or by a protection of the policy. Pure. */
export function protectedBy(
  { protections }: Pick<Policy, "protections">,
  { server, ownRole }: { readonly server: string; readonly ownRole: string },
): (backend: Backend) => boolean {
  return (backend) => {
    const { datname, usename, applicationName, clientAddr, state, queryId } = backend;
    const target = { ...whatever, server, datname, usename, applicationName, clientAddr, state, queryId };
    return neverEndedFor(backend, ownRole).length > 0 || protections.some(({ mayMatch }) => mayMatch(target));
  };
}

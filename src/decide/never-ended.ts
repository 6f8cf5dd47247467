import { isOwnSession } from "./own-session.ts";
import type { SpareReason } from "./reason.ts";
import type { SessionEpisode } from "./target.ts";

/**
 * Why a session can never be ended, whatever else changes: for its role, or because it is one of pgleash. What is hidden
 * may turn out otherwise, and is no such reason. `ownRole` is `null` where nobody knows as whom pgleash looks. Pure.
 */
export function neverEndedFor(
  backend: SessionEpisode["backend"],
  ownRole: string | null,
): readonly SpareReason[] {
  return [
    ...(backend.isSuperuser === true ? (["superuser"] as const) : []),
    ...(backend.isReplication === true ? (["replication"] as const) : []),
    ...(isOwnSession(backend, ownRole) ? (["own_session"] as const) : []),
  ];
}

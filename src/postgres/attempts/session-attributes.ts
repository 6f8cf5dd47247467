import type { TargetSessionAttributes } from "../settings.ts";

/** What a server says of itself and of our session. */
export type SessionState = {
  readonly standby: boolean;
  /** Its transactions are read-only by default, as all of a standby's are. */
  readonly readOnly: boolean;
};

/** Why a session is not the one that is wanted, in words; `null` if it is. libpq's `target_session_attrs`. */
export function whyUnwanted(
  wanted: TargetSessionAttributes,
  { standby, readOnly }: SessionState,
): string | null {
  const found = {
    any: null,
    "prefer-standby": null,
    primary: standby ? "it is a standby" : null,
    standby: standby ? null : "it is no standby",
    "read-write": readOnly ? "its sessions are read-only" : null,
    "read-only": readOnly ? null : "its sessions are not read-only",
  }[wanted];
  return found === null ? null : `${found}, and target_session_attrs is ${wanted}`;
}

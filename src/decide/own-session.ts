import type { SessionEpisode } from "./target.ts";

/**
 * Whether a session is one of pgleash, here or elsewhere, by its role or its application name. `ownRole` is `null` where
 * nobody knows as whom pgleash looks; a role that is hidden is nobody's. Pure.
 */
export function isOwnSession(
  { usename, applicationName }: Pick<SessionEpisode["backend"], "usename" | "applicationName">,
  ownRole: string | null,
): boolean {
  return applicationName === "pgleash" || (usename !== null && usename === ownRole);
}

import type { BackendId } from "../observe/snapshot.ts";
import { backendKey } from "./backend-key.ts";
import type { Episode } from "./episode.ts";

type SessionEpisode = Extract<Episode, { readonly backend: unknown }>;

/** The key of a session's episode: one backend, one kind, one very period. The same in the memory and in the audit. */
export function keyOfEpisode({ kind, backend, period }: SessionEpisode): string {
  return `${kind}/${backendKey(backend.id)}/${period}`;
}

/** Whose episode a key is; `null` where it is no such key: some come from a file. */
export function backendOfEpisode(key: string): BackendId | null {
  const [, pid = "", backendStart] = key.split("/");
  return backendStart !== undefined && /^\d+$/.test(pid) ? { pid: Number(pid), backendStart } : null;
}

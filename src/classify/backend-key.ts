import type { BackendId } from "../observe/snapshot.ts";

/** A backend's identity as a map key: a pid alone is reused. */
export function backendKey(id: BackendId): string {
  return `${id.pid}/${id.backendStart}`;
}

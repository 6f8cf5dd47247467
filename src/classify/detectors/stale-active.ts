import type { Backend } from "../../observe/snapshot.ts";
import { waitsOnClient, type Detector } from "../detector.ts";

/** A statement that has run for long while its caller may have gone away. An honest slow query looks the same. */
export const staleActive: Detector = {
  kind: "stale_active",
  certainty: "low",
  sight: "statements",
  period: ({ backend }) => (isRunning(backend) ? backend.queryStart : null),
  ageSeconds: ({ backend }) => (isRunning(backend) && !isExcused(backend) ? backend.querySeconds : null),
};

function isRunning(backend: Backend): boolean {
  return backend.state === "active" || backend.state === "fastpath function call";
}

/** Who waits for a lock or for a standby is a victim, who reports progress works, who waits on its client is another kind. */
function isExcused(backend: Backend): boolean {
  return (
    backend.waitEventType === "Lock" ||
    backend.waitEvent === "SyncRep" ||
    backend.progress !== null ||
    waitsOnClient(backend)
  );
}

import type { Backend } from "../../observe/snapshot.ts";
import type { Detector } from "../detector.ts";
import { isSpared } from "../excuse.ts";
import { waitsOnClient } from "../waits-on-client.ts";

/**
 * A statement that has run for long while its caller may have gone away. An honest slow query looks the same. While it
 * waits for a lock or on its client, or reports progress, it is spared, and its age counts anew afterwards.
 */
export const staleActive: Detector = {
  kind: "stale_active",
  sight: "statements",
  period: ({ backend }) => (isRunning(backend) ? backend.queryStart : null),
  ageSeconds({ backend, unsparedSeconds, offClientSeconds }) {
    if (!isRunning(backend) || isSpared(backend) || waitsOnClient(backend)) return null;
    if (backend.querySeconds === null) return null;
    return Math.min(backend.querySeconds, unsparedSeconds, offClientSeconds);
  },
};

function isRunning(backend: Backend): boolean {
  return backend.state === "active" || backend.state === "fastpath function call";
}

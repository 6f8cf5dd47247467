import type { Backend, Sight } from "../observe/snapshot.ts";
import type { LeakKind } from "./kind.ts";
import type { Threshold } from "./thresholds.ts";

/** How much a verdict of this kind proves: `low` cannot be told from honest work by the view alone. */
export type Certainty = "high" | "medium" | "low";

/** A backend, with what earlier looks add to its row. */
export type Sighting = {
  readonly backend: Backend;
  /** Since when (epoch seconds, server's clock) and how long it has waited on its client and got nowhere. */
  readonly clientWait: { readonly sinceSeconds: number; readonly seconds: number } | null;
};

/** One kind of leak. Pure: the same sighting gives the same answer. */
export type Detector = {
  readonly kind: LeakKind;
  readonly certainty: Certainty;
  /** What a look must have read to find it. */
  readonly sight: Sight;
  /** Names the very period that is too long, or `null` outside one. An episode lives exactly as long as its period. */
  period(sighting: Sighting): string | null;
  /** How long this has looked like a leak, by the server's clock; `null` when it does not, or when nobody can know. */
  ageSeconds(sighting: Sighting, threshold: Threshold): number | null;
};

/** Whether the backend waits on its client in the middle of a statement (wait events, PostgreSQL manual 28.2). */
export function waitsOnClient(backend: Backend): boolean {
  return (
    backend.state === "active" &&
    backend.waitEventType === "Client" &&
    (backend.waitEvent === "ClientRead" || backend.waitEvent === "ClientWrite")
  );
}

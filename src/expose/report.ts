import type { Verdict } from "../classify/classify.ts";
import type { Snapshot } from "../observe/snapshot.ts";

/** What one look came to. Everything shown comes from it. */
export type Report = Omit<Verdict, "memory"> & {
  readonly snapshot: Snapshot;
  /** Why the server gave no evidence when it was asked for some; `null` when it did, or was not asked. */
  readonly evidenceFailure: string | null;
};

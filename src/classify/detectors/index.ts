import type { Detector } from "../detector.ts";
import { idleInTransactionAborted } from "./idle-in-transaction-aborted.ts";
import { idleInTransaction } from "./idle-in-transaction.ts";
import { idleTooLong } from "./idle-too-long.ts";
import { longTransaction } from "./long-transaction.ts";
import { neverUsed } from "./never-used.ts";
import { staleActive } from "./stale-active.ts";
import { stalledClient } from "./stalled-client.ts";

/** In the order of precedence of `backendKinds`: the first that knows a backend names it. */
export const detectors: readonly Detector[] = [
  idleInTransactionAborted,
  idleInTransaction,
  stalledClient,
  staleActive,
  longTransaction,
  neverUsed,
  idleTooLong,
];

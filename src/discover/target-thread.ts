import { parentPort } from "node:worker_threads";

import { parseTargetGroups, type TargetSource } from "../config/target-groups.ts";

// The program of a thread of its own: to read the largest file takes a second, and a look must not wait for it.
parentPort?.on("message", (source: TargetSource) => {
  parentPort?.postMessage(parseTargetGroups(source), []);
});

import { createOpenings, type Opening } from "../../src/watch/openings.ts";

/** The way in for a server that is watched alone: it waits for nobody. */
export function anOpening(): Opening {
  return createOpenings(() => 1).forServer();
}

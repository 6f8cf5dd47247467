import { sights, type Backend, type Snapshot } from "../../src/observe/snapshot.ts";

/** A calm look at a primary that everything is visible of. */
export function aSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAtSeconds: 1_800_000_000,
    postmasterStart: "2026-11-20 08:00:00.000001+00",
    standby: false,
    coverage: { sights, hiddenSessions: 0, candidatesCut: 0, groupsFolded: 0 },
    groups: [],
    candidates: [],
    ...overrides,
  };
}

/** A look at these candidates, so many seconds after the first one. */
export function aLook(atSeconds: number, ...candidates: readonly Backend[]): Snapshot {
  return aSnapshot({ takenAtSeconds: 1_800_000_000 + atSeconds, candidates });
}

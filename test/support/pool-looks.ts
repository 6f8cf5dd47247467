import { classify, type ClassifyOptions, type Verdict } from "../../src/classify/classify.ts";
import type { Episode } from "../../src/classify/episode.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import type { DeclaredPool } from "../../src/classify/pools/pool.ts";
import type { Backend, SessionGroup } from "../../src/observe/snapshot.ts";
import { aSnapshot, lookOf } from "./a-snapshot.ts";
import { aGroup } from "./a-view.ts";
import { judging } from "./thresholds.ts";

export type Step = { readonly groups: readonly SessionGroup[]; readonly candidates?: readonly Backend[] };

/** The verdicts of looks ten seconds apart. */
export function judge(looks: readonly Step[], options: ClassifyOptions = judging): readonly Verdict[] {
  let memory = emptyMemory();
  return looks.map((look, index) => {
    const snapshot = aSnapshot({ takenAtSeconds: 1_800_000_000 + 10 * index, ...look });
    const verdict = classify(lookOf(snapshot), memory, options);
    ({ memory } = verdict);
    return verdict;
  });
}

export function poolOf(
  verdict: Verdict | undefined,
): Extract<Episode, { kind: "pool_overgrown" }> | undefined {
  return verdict?.suspects.find((suspect) => suspect.kind === "pool_overgrown");
}

export function times(count: number, step: (index: number) => Step): readonly Step[] {
  return Array.from({ length: count }, (_, index) => step(index));
}

/** A pool of five that is in use, and so many sessions that nobody uses again. */
export function leaked(count: number, overrides: Partial<SessionGroup> = {}): readonly SessionGroup[] {
  return [
    aGroup({ state: "active", sessions: 5, quietSessions: 0, ...overrides }),
    aGroup({ state: "idle", sessions: count, quietSessions: count, ...overrides }),
  ];
}

/** A look at a pool of so many sessions, all in use. */
export function full(sessions: number): Step {
  return { groups: [aGroup({ sessions, quietSessions: 0 })] };
}

/** A declared pool of the application `web-1`, five sessions and five more. */
export function aDeclaredPool(overrides: Partial<DeclaredPool> = {}): DeclaredPool {
  return {
    name: "orders",
    matches: ({ applicationName }) => applicationName === "web-1",
    size: 5,
    maxOverflow: 5,
    per: "all",
    ...overrides,
  };
}

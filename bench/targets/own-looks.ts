import { builtInRules, type ThresholdRules } from "../../src/classify/thresholds.ts";
import { cycle, firstRemembered } from "../../src/cycle.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import type { Connected } from "../../src/postgres/attempts/make-attempt.ts";
import { LOOK_SECONDS } from "./own-session.ts";

/** From this age on a forgotten transaction is a suspect in the benchmark: it has no minutes to wait. */
export const SUSPECT_SECONDS = 5;

/** The thresholds of the configuration that the program is started with. */
export const benchThresholds: ThresholdRules = {
  ...builtInRules,
  defaults: {
    ...builtInRules.defaults,
    idle_in_transaction: { enabled: true, suspectAfterSeconds: SUSPECT_SECONDS, leakedAfterSeconds: 600 },
    idle_in_transaction_aborted: {
      enabled: true,
      suspectAfterSeconds: SUSPECT_SECONDS,
      leakedAfterSeconds: 600,
    },
  },
};

/** Looks, one after the other, each with what the ones before have left. */
export type OwnLooks = {
  /** One whole cycle: the look, the evidence when it is due, the verdict. */
  look(): Promise<void>;
};

/** As the program looks at a server without a policy. */
export function createOwnLooks({ session, probe }: Connected): OwnLooks {
  let remembered = firstRemembered();
  let lastMs: number | null = null;
  return {
    async look() {
      const nowMs = performance.now();
      const after = await cycle(session, remembered, {
        probe,
        thresholds: benchThresholds,
        pools: [],
        commentKeys: [],
        gapSeconds: 30,
        sinceLastLookSeconds: lastMs === null ? null : (nowMs - lastMs) / 1000,
        isOutOfTurn: false,
        believesRows: true,
        deadline: startDeadline(LOOK_SECONDS),
        leashing: null,
      });
      remembered = after.remembered;
      lastMs = nowMs;
    },
  };
}

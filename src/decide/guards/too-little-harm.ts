import { harmLevels } from "../../classify/harm.ts";
import type { Guard } from "../guard.ts";

/** Ending what harms nobody gains nothing. */
export const tooLittleHarm: Guard = {
  reason: "too_little_harm",
  why: ({ target, rule }) =>
    harmLevels.indexOf(target.harm) >= harmLevels.indexOf(rule.minHarm)
      ? null
      : `its harm is ${target.harm}, and the rule asks for ${rule.minHarm}`,
};

import type { Guard } from "../guard.ts";

/** While there are slots for everybody, a rule may leave well alone. */
export const tooLittlePressure: Guard = {
  reason: "too_little_pressure",
  why: ({ situation: { pressure }, rule: { minPressure } }) =>
    pressure >= minPressure
      ? null
      : `${percent(pressure)} of the slots are used, and the rule asks for ${percent(minPressure)}`,
};

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

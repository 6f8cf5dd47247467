import type { Guard } from "../guard.ts";

/** Looks that quick looks call for come as often as somebody comes of age: limits per look would be worth nothing. */
export const outOfTurn: Guard = {
  reason: "out_of_turn",
  why({ situation }) {
    return situation.isOutOfTurn
      ? "a quick look called for this look, and acts wait for the next one by plan"
      : null;
  },
};

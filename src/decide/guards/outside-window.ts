import type { Guard } from "../guard.ts";

/** Windows are judged by the server's clock. */
export const outsideWindow: Guard = {
  reason: "outside_window",
  why: ({ rule, situation }) =>
    rule.isOpenAt(situation.nowSeconds) ? null : "the server's time is outside the windows of the rule",
};

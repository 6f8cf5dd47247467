import { expect, test } from "vitest";

import { cannotTell, isHonest, isSeparable } from "../../../bench/verdict/labels/label.ts";

const honest = isHonest({
  scenario: "a scenario",
  who: { usename: "orders", applicationName: "orders" },
  why: "It works.",
});

test("what the view cannot tell on one major is separable on all others", () => {
  expect(isSeparable(honest, "13")).toBe(true);
  const onOne = cannotTell(honest, "There is no such column.", ["13"]);
  expect([isSeparable(onOne, "13"), isSeparable(onOne, "18")]).toEqual([false, true]);
  expect(isSeparable(cannotTell(honest, "Nobody can."), "18")).toBe(false);
});

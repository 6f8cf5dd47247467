import { describe, expect, test } from "vitest";

import { withoutOrders } from "../../src/commands/without-orders.ts";

describe("text for a CI runner holds no order", () => {
  test.for([
    ["application  ##[stop-commands]x", String.raw`application  \x23\x23[stop-commands]x`],
    ["a ###[add-mask]e ##[group]", String.raw`a #\x23\x23[add-mask]e \x23\x23[group]`],
    [
      "##vso[task.setvariable variable=a]b ##teamcity[x]",
      String.raw`\x23\x23vso[task.setvariable variable=a]b \x23\x23teamcity[x]`,
    ],
    [
      "::error::x\n  ::stop-commands::y",
      String.raw`\x3a:error::x` + "\n" + String.raw`  \x3a:stop-commands::y`,
    ],
  ] as const)("%j", ([text, harmless]) => {
    expect(withoutOrders(text)).toBe(harmless);
  });

  test.for(["web ## 2 [a]", "a::b", "#[derive]", "pgleash: no leak found"])("%j stays as it is", (text) => {
    expect(withoutOrders(text)).toBe(text);
  });
});

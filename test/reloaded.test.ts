import { expect, test } from "vitest";

import { toldOf } from "../src/reloaded.ts";

test("what is told names only what was not taken over", () => {
  const [config, webConfig] = [["a.yml:1:1: x", "a.yml:2:1: y"], ["web.yml:1:1: z"]];
  const ofConfig = ["configuration not reloaded, the last good one stays:", ...config];
  const ofWebConfig = ["web configuration not reloaded, the last good one stays:", ...webConfig];
  expect(toldOf({ config: [], webConfig: [] })).toEqual([]);
  expect(toldOf({ config, webConfig: [] })).toEqual(ofConfig);
  expect(toldOf({ config: [], webConfig })).toEqual(ofWebConfig);
  expect(toldOf({ config, webConfig })).toEqual([...ofConfig, ...ofWebConfig]);
});

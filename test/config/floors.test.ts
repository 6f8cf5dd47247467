import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { backendKinds } from "../../src/classify/kind.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { anEnvironment } from "../support/config-text.ts";

const lowest = Math.min(...Object.values(builtInFloors));
const before = { ...builtInFloors };

const unit = fc.constantFrom("ms", "s", "m", "h", "d", "w", "y", "", " s", "M", "%");
const age = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 50, max: 1000 }).map((seconds) => `${seconds}s`) },
  fc.tuple(fc.integer({ min: -5, max: 5000 }), unit).map(([count, of]) => `${count}${of}`),
  fc.tuple(fc.nat({ max: 90 }), fc.nat({ max: 999 })).map(([s, ms]) => `${s}s${ms}ms`),
  fc.constantFrom(0, 1, -1, 0.5, 60, "0", "0s", "", "-1h", "1e9s", "NaN", "Infinity", null, true, [], {}),
);
const kindMatcher = fc.oneof(
  fc.constantFrom(...backendKinds).map((kind) => `kind="${kind}"`),
  fc.constantFrom(...backendKinds).map((kind) => `kind!="${kind}"`),
  fc.constantFrom('kind=~".*"', 'kind=~"idle.*"', 'kind=~"never_used|stale_active"', 'kind!~"idle.*"'),
);
/** Keys that somebody might try. None of them exists. */
const wish = fc.constantFrom(
  "floor",
  "floors",
  "min_age_floor",
  "min_floor",
  "time_scale",
  "force",
  "unsafe",
);

const rule = fc
  .record({
    name: fc.constant("orders"),
    match: fc.array(kindMatcher, { maxLength: 2 }).map((kinds) => ['usename="orders"', ...kinds]),
    action: fc.constantFrom("terminate", "terminate", "terminate", "cancel"),
    min_age: age,
  })
  .chain((one) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(one) },
      { weight: 1, arbitrary: fc.tuple(wish, age).map(([key, value]) => ({ ...one, [key]: value })) },
    ),
  );
const file = fc.tuple(rule, wish, age, fc.nat({ max: 4 })).map(([one, key, value, die]) => ({
  policy: { rules: [one], ...(die === 0 ? { [key]: value } : {}) },
}));
const variables = fc.dictionary(
  fc.constantFrom("PGLEASH_FLOOR", "PGLEASH_FLOORS", "PGLEASH_MIN_AGE", "PGLEASH_TIME_SCALE", "PGOPTIONS"),
  fc.constantFrom("0", "1ms", "0.001", '{"never_used":0}'),
);

describe("E6: no configuration and no environment", () => {
  test("allows a rule below the lowest floor, or below one of a kind that it names", () => {
    let loaded = 0;
    fc.assert(
      fc.property(file, variables, (value, environment) => {
        const source = { name: "pgleash.yml", text: JSON.stringify(value) };
        const result = parseConfig(source, anEnvironment(environment));
        if ("issues" in result) return;
        for (const { minAgeSeconds, match } of result.config.policy.rules) {
          loaded += 1;
          const named = backendKinds.filter((kind) => match.includes(`kind="${kind}"`));
          const floors = named.map((kind) => builtInFloors[kind]);
          expect(minAgeSeconds).toBeGreaterThanOrEqual(Math.max(lowest, ...floors));
        }
      }),
      { numRuns: 2000 },
    );
    // Most of them are refused; those that load are what this is about.
    expect(loaded).toBeGreaterThan(50);
  });

  test("says anything of floors: they are not part of it, and stay as they are built in", () => {
    expect(builtInFloors).toEqual(before);
    expect(builtInFloors).toEqual({
      idle_in_transaction_aborted: 60,
      idle_in_transaction: 60,
      stalled_client: 60,
      stale_active: 60,
      long_transaction: 60,
      never_used: 900,
      idle_too_long: 900,
    });
  });
});

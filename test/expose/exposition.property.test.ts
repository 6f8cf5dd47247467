import * as fc from "fast-check";
import { expect, test } from "vitest";

import { durationBuckets } from "../../src/classify/tally.ts";
import type { Family } from "../../src/expose/family.ts";
import { metrics } from "../../src/expose/metrics.ts";
import { familiesText, pageText } from "../support/page-text.ts";
import { aBusyView } from "../support/a-busy-view.ts";
import { aServerView, aView } from "../support/a-view.ts";
import { hostileName } from "../support/arbitrary-names.ts";
import { promClientPage } from "../support/prom-client-page.ts";
import { parseExposition } from "../support/strict-exposition.ts";

test("of the metrics of a busy view, the page has the bytes that prom-client writes", async () => {
  const page = await pageText(aBusyView(), { metrics: () => Promise.resolve("") });
  expect(page).toBe(await promClientPage(metrics, aBusyView()));
});

const value = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 2 ** 53 + 2, 1e21, 1e-7, 5e-324, Number.MAX_VALUE),
);
const labelNames = ["datname", "usename", "application_name"];
const labels = fc
  .array(hostileName, { minLength: labelNames.length, maxLength: labelNames.length })
  .map((values) => Object.fromEntries(values.map((text, index) => [labelNames[index] ?? "", text])));
const count = fc.array(value, { minLength: durationBuckets.length, maxLength: durationBuckets.length });
const histogram = fc.record({ counts: count, count: value, sumSeconds: value });
const help = hostileName.map((text) => `Help ${text}`);
const about = { name: fc.constantFrom("x", "pgleash_y_total"), help };

const family: fc.Arbitrary<Family> = fc.oneof(
  fc
    .record({ ...about, samples: fc.array(fc.record({ labels, value }), { maxLength: 5 }) })
    .map(({ samples, ...rest }) => {
      return { ...rest, of: "process", type: "counter", labels: labelNames, samples: () => samples } as const;
    }),
  fc
    .record({ ...about, samples: fc.array(fc.record({ labels, value }), { maxLength: 5 }) })
    .map(({ samples, ...rest }) => {
      const names = ["server", ...labelNames];
      return { ...rest, of: "server", type: "gauge", labels: names, samples: () => samples } as const;
    }),
  fc
    .record({ ...about, samples: fc.array(fc.record({ labels, histogram }), { maxLength: 3 }) })
    .map(({ samples, ...rest }) => {
      const names = ["server", ...labelNames];
      return { ...rest, of: "server", type: "histogram", labels: names, samples: () => samples } as const;
    }),
);

test("whatever names, values and helps are, the text has the bytes that prom-client writes", async () => {
  await fc.assert(
    fc.asyncProperty(family, fc.array(hostileName, { maxLength: 4 }), async (one, names) => {
      const view = aView({ servers: names.map((server) => aServerView({ server })) });
      expect(await familiesText([one], view)).toBe(await promClientPage([one], view));
    }),
    { numRuns: 1000 },
  );
});

test("values that are no finite numbers are spelt as Go reads them", async () => {
  const values = [NaN, Infinity, -Infinity, -0, 2 ** 53];
  const samples = values.map((one, index) => ({ labels: { index: String(index) }, value: one }));
  const one: Family = {
    of: "process",
    name: "x",
    help: "h",
    type: "gauge",
    labels: [],
    samples: () => samples,
  };
  const text = await familiesText([one], aView());
  expect(text.match(/ \S+$/gm)?.slice(-5)).toEqual([" NaN", " +Inf", " -Inf", " 0", " 9007199254740992"]);
  expect(parseExposition(text)).toHaveLength(5);
});

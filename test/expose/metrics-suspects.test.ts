import * as fc from "fast-check";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { emptyTally } from "../../src/classify/tally.ts";
import { emptyDecisionTally } from "../../src/decide/tally.ts";
import { pageText } from "../support/page-text.ts";
import { firstView, viewAfterLook } from "../../src/expose/server-view.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { aBackend } from "../support/a-backend.ts";
import { rowsOf, samplesOf, valueOf } from "../support/a-metric.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { samplesOf as samplesOnPage } from "../support/strict-exposition.ts";
import {
  aHarm,
  aPoolSuspect,
  aPreparedSuspect,
  aProbe,
  aReport,
  aSuspect,
  aView,
} from "../support/a-view.ts";

type Options = {
  readonly view?: ServerView;
  readonly atSeconds?: number;
  readonly labelBudget?: number;
  readonly commentKeys?: readonly string[];
};

function seen(suspects: readonly Episode[], options: Options = {}): ServerView {
  const { view = firstView("db1", 5), atSeconds = 0, labelBudget = 50, commentKeys = ["route"] } = options;
  const snapshot = aSnapshot({ takenAtSeconds: 1_800_000_000 + atSeconds });
  const report = aReport({ snapshot, suspects });
  return viewAfterLook(view, {
    report,
    probe: aProbe(),
    tally: emptyTally,
    decisions: emptyDecisionTally,
    labelBudget,
    commentKeys,
  });
}

function saying(key: string, value: string): Episode {
  return aSuspect({ commentKeys: new Map([[key, value]]) });
}

describe("harm", () => {
  const blocking = aHarm({ level: "blocking", blockedSessions: 7 });
  const suspects = [
    aSuspect({ harm: blocking, severity: "leaked" }),
    aSuspect({ harm: aHarm({ level: "ddl" }) }),
    aPreparedSuspect({ harm: aHarm({ level: "blocking", blockedSessions: 2 }) }),
    aPoolSuspect({ harm: blocking }),
  ];
  const view = aView({ servers: [seen(suspects)] });

  test("is counted by level and severity, the levels without a suspect at 0", () => {
    expect(rowsOf("pgleash_harm_suspects", view, "harm", "severity")).toEqual([
      ["slot", "suspect", 0],
      ["slot", "leaked", 0],
      ["ddl", "suspect", 1],
      ["ddl", "leaked", 0],
      ["vacuum", "suspect", 0],
      ["vacuum", "leaked", 0],
      ["blocking", "suspect", 2],
      ["blocking", "leaked", 1],
    ]);
  });

  test("of a pool is not counted again: its sessions block nobody twice", () => {
    expect(valueOf("pgleash_blocked_sessions", view)).toBe(9);
  });
});

describe("what comments say", () => {
  test("is counted under the keys that the operator named, whatever the suspect is", () => {
    const suspects = [
      saying("route", "/checkout"),
      saying("route", "/checkout"),
      saying("job", "nightly"),
      aPoolSuspect(),
      aSuspect(),
    ];
    const view = aView({ servers: [seen(suspects)] });
    expect(rowsOf("pgleash_comment_suspects", view, "key", "value", "kind")).toEqual([
      ["route", "/checkout", "idle_in_transaction", 2],
      ["route", "/checkout", "pool_overgrown", 1],
    ]);
  });

  test("is on no page while the operator named no key", () => {
    const view = aView({ servers: [seen([saying("route", "/checkout")], { commentKeys: [] })] });
    expect(samplesOf("pgleash_comment_suspects", view)).toEqual([]);
  });

  test("beyond the budget is summed under its key", () => {
    const suspects = ["/a", "/a", "/b", "/c"].map((route) => saying("route", route));
    const view = aView({ servers: [seen(suspects, { labelBudget: 1 })] });
    expect(rowsOf("pgleash_comment_suspects", view, "key", "value")).toEqual([
      ["route", "/a", 2],
      ["route", "…other", 2],
    ]);
    expect(valueOf("pgleash_folded_label_sets", view, { metric: "pgleash_comment_suspects" })).toBe(2);
  });

  test("in 5000 different ways at once comes to no more series than the budget, and none gets lost", () => {
    const suspects = Array.from({ length: 5000 }, (_suspect, index) => saying("route", `/order/${index}`));
    const view = aView({ servers: [seen(suspects)] });
    const samples = samplesOf("pgleash_comment_suspects", view);
    expect(samples).toHaveLength(51);
    expect(samples.reduce((sum, { value }) => sum + value, 0)).toBe(5000);
  });

  test("in 5000 different ways, one after the other, leaves a view of one size", () => {
    let view = firstView("db1", 5);
    for (let look = 0; look < 5000; look += 1) {
      view = seen([saying("route", `/order/${look}`)], { view, atSeconds: look * 10 });
      expect(view.commentLabels.admitted.size).toBeLessThanOrEqual(50);
    }
    expect(samplesOf("pgleash_comment_suspects", aView({ servers: [view] }))).toHaveLength(1);
  });

  test("stands on the page exactly as it was said, whatever it is", async () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.string({ unit: fc.constantFrom("\\", '"', "\n", "{", "}", ",", "=", "…", "\u2028"), maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { maxLength: 6 }), async (values) => {
        const view = aView({ servers: [seen(values.map((value) => saying("route", value)))] });
        const page = await pageText(view, new Registry());
        const read = samplesOnPage(page, "pgleash_comment_suspects").flatMap(({ labels, value }) =>
          Array.from({ length: value }, () => labels["value"] ?? ""),
        );
        expect(read.toSorted()).toEqual(values.toSorted());
      }),
      { numRuns: 200 },
    );
  });
});

test("a session that calls itself what the rest is called is counted with the rest", async () => {
  const backends = ["a", "…other"].map((name) =>
    aBackend({ datname: name, usename: name, applicationName: name }),
  );
  const view = aView({
    servers: [
      seen(
        backends.map((backend) => aSuspect({ backend })),
        { labelBudget: 1 },
      ),
    ],
  });
  const page = await pageText(view, new Registry());
  const shown = samplesOnPage(page, "pgleash_suspect_connections");
  expect(shown.reduce((sum, { value }) => sum + value, 0)).toBe(2);
});

import * as fc from "fast-check";
import { Gauge, Registry } from "prom-client";
import { describe, expect, test } from "vitest";

import { leakKinds } from "../../src/classify/kind.ts";
import { addEvents, durationBuckets, emptyTally } from "../../src/classify/tally.ts";
import { emptyDecisionTally } from "../../src/decide/tally.ts";
import { pageContentType } from "../../src/expose/page.ts";
import { pageText } from "../support/page-text.ts";
import { processRegistry } from "../../src/expose/process-registry.ts";
import { firstView, viewAfterLook } from "../../src/expose/server-view.ts";
import type { View } from "../../src/expose/view.ts";
import { aBackend } from "../support/a-backend.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aBusyView } from "../support/a-busy-view.ts";
import { aGroup, aProbe, aReport, aServerView, aSuspect, aView } from "../support/a-view.ts";
import { hostileName } from "../support/arbitrary-names.ts";
import { samplesOf, type Sample } from "../support/strict-exposition.ts";

/** The page without the metrics of our own process, which differ at every run. */
function pageOf(view: View): Promise<string> {
  return pageText(view, new Registry());
}

async function shown(name: string, view: View): Promise<readonly Sample[]> {
  return samplesOf(await pageOf(view), name);
}

test("the page of a fixed view is what the golden file says", async () => {
  await expect(await pageOf(aBusyView())).toMatchFileSnapshot("../golden/metrics.prom");
});

test("the page is called by the name that Prometheus knows", () => {
  expect(pageContentType).toBe("text/plain; version=0.0.4; charset=utf-8");
});

describe("a histogram", () => {
  const ages = [10, 30, 31, 1000, 100_000];
  const events = ages.map((ageSeconds) => {
    return { type: "ended", episode: aSuspect({ ageSeconds }), end: "returned" } as const;
  });
  const view = aView({ servers: [aServerView({ tally: addEvents(emptyTally, events) })] });

  test("counts in each bucket whatever is not above its bound, and everything in the last", async () => {
    const page = await pageOf(view);
    const ofKind = (name: string) => samplesOf(page, name, { kind: "idle_in_transaction" });
    expect(
      ofKind("pgleash_episode_duration_seconds_bucket").map(({ labels, value }) => [labels["le"], value]),
    ).toEqual([
      ...durationBuckets.map((bound) => [String(bound), ages.filter((age) => age <= bound).length]),
      ["+Inf", 5],
    ]);
    expect(ofKind("pgleash_episode_duration_seconds_sum").map(({ value }) => value)).toEqual([101_071]);
    expect(ofKind("pgleash_episode_duration_seconds_count").map(({ value }) => value)).toEqual([5]);
  });

  test("is there for every kind from the start", async () => {
    const buckets = await shown("pgleash_episode_duration_seconds_bucket", aView());
    expect(buckets).toHaveLength(leakKinds.length * (durationBuckets.length + 1));
  });
});

test("the metrics of our own process follow, and none is named as a counter while it is a gauge", async () => {
  const page = await pageText(aView(), processRegistry());
  expect(page).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect(page).toMatch(/^pgleash_up\{server="db1"\} 1$/m);
  expect(page).not.toMatch(/^# TYPE \S+_total (?!counter$)/m);
});

test("what is not a number is spelt as the format spells it", async () => {
  const own = new Registry();
  new Gauge({ name: "unmeasured", help: "Of nothing.", registers: [own] }).set(NaN);
  expect(await pageText(aView(), own)).toMatch(/^unmeasured NaN$/m);
});

test("nothing of one page is left on the next", async () => {
  const own = new Registry();
  await pageText(aView({ servers: [aServerView({ server: "departed" })] }), own);
  expect(await pageText(aView(), own)).not.toContain("departed");
});

const hostileHolder = fc.record({ datname: hostileName, usename: hostileName, applicationName: hostileName });

test("whatever roles, databases and applications are called, the page says exactly that", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hostileHolder, { maxLength: 6 }), async (holders) => {
      const groups = holders.map((holder) => aGroup({ ...holder, sessions: 1 }));
      const suspects = holders.map((holder) => aSuspect({ backend: aBackend(holder) }));
      const report = aReport({ snapshot: aSnapshot({ groups }), suspects });
      const look = {
        report,
        probe: aProbe(),
        tally: emptyTally,
        decisions: emptyDecisionTally,
        labelBudget: 50,
        commentKeys: [],
      };
      const page = await pageOf(aView({ servers: [viewAfterLook(firstView("db1", 5), look)] }));
      for (const name of ["pgleash_connections", "pgleash_suspect_connections"]) {
        const read = samplesOf(page, name).flatMap(({ labels, value }) => {
          const { datname, usename, application_name } = labels;
          return Array.from({ length: value }, () => JSON.stringify([datname, usename, application_name]));
        });
        const written = holders.map((one) => JSON.stringify([one.datname, one.usename, one.applicationName]));
        expect(read.toSorted()).toEqual(written.toSorted());
      }
    }),
    { numRuns: 300 },
  );
});

test("two holders whose names imitate the labels of each other are two series", async () => {
  const groups = [
    aGroup({ datname: "b,datname:c", applicationName: "a" }),
    aGroup({ datname: "c", applicationName: "a,datname:b" }),
    aGroup({ datname: "shop", usename: "a,application_name:b", applicationName: "c" }),
    aGroup({ datname: "shop,usename:a", usename: "app", applicationName: "c" }),
    aGroup({ datname: "a,usename:b", usename: "c", applicationName: "d" }),
    aGroup({ datname: "a", usename: "b,usename:c", applicationName: "d" }),
    aGroup({ datname: "e", usename: "f,application_name:g", applicationName: "h" }),
    aGroup({ datname: "e", usename: "f", applicationName: "g,application_name:h" }),
  ];
  const look = {
    report: aReport({ snapshot: aSnapshot({ groups }) }),
    probe: aProbe(),
    tally: emptyTally,
    decisions: emptyDecisionTally,
    labelBudget: 50,
    commentKeys: [],
  };
  const view = aView({ servers: [viewAfterLook(firstView("db1", 5), look)] });
  expect(await shown("pgleash_connections", view)).toHaveLength(groups.length);
});

test("a name of a server that imitates labels is one of its own", async () => {
  const servers = ['db1"} 5\npgleash_up{server="db2', "db1"].map((server) => aServerView({ server }));
  const up = await shown("pgleash_up", aView({ servers }));
  expect(up.map(({ labels }) => labels["server"])).toEqual(servers.map(({ server }) => server));
});

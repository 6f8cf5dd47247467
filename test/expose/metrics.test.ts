import { describe, expect, test } from "vitest";

import { episodeEnds, severities } from "../../src/classify/episode.ts";
import { expectationSources, markerResults } from "../../src/classify/expectation.ts";
import { harmLevels } from "../../src/classify/harm.ts";
import { horizonHolders } from "../../src/classify/evidence/horizon.ts";
import { leakKinds } from "../../src/classify/kind.ts";
import { addEvents, emptyTally } from "../../src/classify/tally.ts";
import { emptyDecisionTally } from "../../src/decide/tally.ts";
import { everybodyElse } from "../../src/expose/label-budget.ts";
import { metrics } from "../../src/expose/metrics.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../../src/expose/server-view.ts";
import type { View } from "../../src/expose/view.ts";
import { backendStates } from "../../src/observe/snapshot.ts";
import { failureReasons, PostgresFailure } from "../../src/postgres/failure.ts";
import { aBackend } from "../support/a-backend.ts";
import { aBusyView } from "../support/a-busy-view.ts";
import { samplesIn, samplesOf, valueOf } from "../support/a-metric.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aGroup, aProbe, aReport, aServerView, aSuspect, aView } from "../support/a-view.ts";

/** The names of the metrics that have a sample for a server in this state. */
function namesWithSamples(view: View): readonly string[] {
  return metrics.filter((family) => samplesIn(family, view).length > 0).map(({ name }) => name);
}

const failed = new PostgresFailure("timeout", "no reply within 5 s");

describe("the table", () => {
  test("names every metric once, with the prefix, a help and its labels", () => {
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
    for (const { name, help, labels } of metrics) {
      expect(name).toMatch(/^pgleash_[a-z_]+$/);
      expect(help).toMatch(/^[A-Z][^\n]*\.$/);
      expect(new Set(labels).size).toBe(labels.length);
    }
  });

  test("gives `_total` to counters and to nothing else", () => {
    const misnamed = metrics.filter(({ name, type }) => name.endsWith("_total") !== (type === "counter"));
    expect(misnamed.map(({ name }) => name)).toEqual([]);
  });

  test("fills exactly the labels that it declares", () => {
    const view = aBusyView();
    for (const family of metrics) {
      const keys = samplesIn(family, view).map(({ labels }) => Object.keys(labels).toSorted());
      expect([family.name, keys.length]).not.toEqual([family.name, 0]);
      for (const each of keys) expect(each).toEqual(family.labels.toSorted());
    }
  });

  test("has no label for a pid, a query, an address or a gid", () => {
    const labels = new Set(metrics.flatMap((family) => family.labels));
    for (const label of ["pid", "query", "query_id", "client_addr", "gid"])
      expect(labels).not.toContain(label);
  });
});

describe("before the first look", () => {
  const view = aView({ servers: [firstView("db1", 5)] });

  test.for([
    ["pgleash_look_failures_total", failureReasons.length],
    ["pgleash_episodes_suspected_total", leakKinds.length],
    ["pgleash_episodes_leaked_total", leakKinds.length],
    ["pgleash_episodes_ended_total", leakKinds.length * episodeEnds.length],
  ] as const)("%s has its whole closed set at 0", ([name, size]) => {
    const samples = samplesOf(name, view);
    expect(samples).toHaveLength(size);
    expect(samples.every(({ value }) => value === 0)).toBe(true);
  });

  test("the server is down, was never reached, and has no numbers of a look", () => {
    expect(valueOf("pgleash_up", view)).toBe(0);
    expect(valueOf("pgleash_last_success_timestamp_seconds", view)).toBe(0);
    expect(samplesOf("pgleash_sessions", view)).toEqual([]);
    expect(samplesOf("pgleash_server_info", view)).toEqual([]);
    expect(samplesOf("pgleash_privilege", view)).toEqual([]);
  });
});

describe("a look at an idle server", () => {
  const view = aView({ servers: [aServerView({ report: aReport({ snapshot: aSnapshot() }) })] });

  test.for([
    ["pgleash_sessions", backendStates.length],
    ["pgleash_oldest_transaction_age_seconds", backendStates.length],
    ["pgleash_oldest_state_age_seconds", backendStates.length],
    ["pgleash_suspects", leakKinds.length * severities.length],
    ["pgleash_oldest_suspect_age_seconds", leakKinds.length],
    ["pgleash_expected_sessions", expectationSources.length],
    ["pgleash_expect_markers", markerResults.length],
    ["pgleash_harm_suspects", harmLevels.length * severities.length],
    ["pgleash_blocked_sessions", 1],
    ["pgleash_oldest_horizon_age_transactions", horizonHolders.length],
    ["pgleash_folded_label_sets", 8],
  ] as const)("shows the whole closed set of %s at 0", ([name, size]) => {
    const samples = samplesOf(name, view);
    expect(samples).toHaveLength(size);
    expect(samples.every(({ value }) => value === 0)).toBe(true);
  });

  test("counts our own session among the used slots", () => {
    expect(valueOf("pgleash_slots_used", view)).toBe(1);
  });
});

test("looks that a recording misses are counted from 0 on, where there is a recording", () => {
  const shown = [null, 0, 2].map((unrecordedLooks) =>
    samplesOf("pgleash_looks_unrecorded_total", aView({ unrecordedLooks })),
  );
  expect(shown).toEqual([[], [{ labels: {}, value: 0 }], [{ labels: {}, value: 2 }]]);
});

describe("a look that failed", () => {
  const seen = aServerView({ lastSuccessSeconds: 1_800_000_000 });
  const tally = addEvents(emptyTally, [{ type: "suspected", episode: aSuspect() }]);
  const after = aView({ servers: [viewAfterFailure({ ...seen, tally }, failed)] });

  test("takes away every gauge of the snapshot, and nothing else", () => {
    const gone = namesWithSamples(aView({ servers: [seen] })).filter(
      (name) => !namesWithSamples(after).includes(name),
    );
    expect(gone.toSorted()).toEqual([
      "pgleash_blocked_sessions",
      "pgleash_candidates_cut",
      "pgleash_connections",
      "pgleash_expect_markers",
      "pgleash_expected_sessions",
      "pgleash_folded_label_sets",
      "pgleash_harm_suspects",
      "pgleash_hidden_sessions",
      "pgleash_oldest_connection_age_seconds",
      "pgleash_oldest_horizon_age_transactions",
      "pgleash_oldest_state_age_seconds",
      "pgleash_oldest_suspect_age_seconds",
      "pgleash_oldest_transaction_age_seconds",
      "pgleash_sessions",
      "pgleash_slots",
      "pgleash_slots_used",
      "pgleash_suspects",
    ]);
  });

  test("leaves no more on a busy server than on a calm one", () => {
    const down = aBusyView().servers.map((server) => ({
      ...viewAfterFailure(server, failed),
      quickLooks: null,
    }));
    expect(namesWithSamples(aView({ servers: down }))).toEqual(namesWithSamples(after));
  });

  test("leaves the counters and the freshness where they were, and says why", () => {
    expect(valueOf("pgleash_up", after)).toBe(0);
    expect(valueOf("pgleash_last_success_timestamp_seconds", after)).toBe(1_800_000_000);
    expect(valueOf("pgleash_episodes_suspected_total", after, { kind: "idle_in_transaction" })).toBe(1);
    expect(valueOf("pgleash_look_failures_total", after, { reason: "timeout" })).toBe(1);
    expect(valueOf("pgleash_look_failures_total", after, { reason: "connect" })).toBe(0);
  });
});

describe("who holds sessions", () => {
  const groups = [
    aGroup({ applicationName: "web", sessions: 9 }),
    aGroup({ applicationName: "cron", sessions: 2 }),
    aGroup({ applicationName: "shell", sessions: 1 }),
    aGroup({ applicationName: "shell", sessions: 4, state: "active" }),
    aGroup({ folded: true, datname: null, usename: null, applicationName: null, sessions: 30 }),
  ];
  const suspects = ["web", "cron", "shell"].map((applicationName, pid) =>
    aSuspect({ backend: aBackend({ id: { pid, backendStart: "b" }, applicationName }) }),
  );
  const report = aReport({ snapshot: aSnapshot({ groups }), suspects });
  const server = viewAfterLook(firstView("db1", 5), {
    report,
    probe: aProbe(),
    tally: emptyTally,
    decisions: emptyDecisionTally,
    labelBudget: 1,
    commentKeys: [],
  });
  const view = aView({ servers: [server] });

  test("is shown for the heaviest, and summed by state for the rest", () => {
    expect(samplesOf("pgleash_connections", view)).toEqual([
      {
        labels: { server: "db1", datname: "shop", usename: "app", application_name: "web", state: "idle" },
        value: 9,
      },
      { labels: { server: "db1", ...everybodyElse, state: "idle" }, value: 33 },
      { labels: { server: "db1", ...everybodyElse, state: "active" }, value: 4 },
    ]);
  });

  test("adds up to the sessions, whatever is folded", () => {
    const sum = (name: string) => samplesOf(name, view).reduce((total, { value }) => total + value, 0);
    expect(sum("pgleash_connections")).toBe(46);
    expect(sum("pgleash_sessions")).toBe(46);
    expect(valueOf("pgleash_slots_used", view)).toBe(47);
    expect(sum("pgleash_suspect_connections")).toBe(3);
    expect(sum("pgleash_suspects")).toBe(3);
  });

  test("says how many label sets are folded, by metric", () => {
    const folded = samplesOf("pgleash_folded_label_sets", view);
    expect(
      folded.filter(({ value }) => value > 0).map(({ labels, value }) => [labels["metric"], value]),
    ).toEqual([
      ["pgleash_connections", 2],
      ["pgleash_suspect_connections", 2],
    ]);
  });
});

test("suspects are counted by kind and severity, and the oldest of a kind is told", () => {
  const suspects = [
    aSuspect({ ageSeconds: 70 }),
    aSuspect({ ageSeconds: 900, severity: "leaked" }),
    aSuspect({ kind: "stale_active", ageSeconds: 2000 }),
  ];
  const view = aView({ servers: [aServerView({ report: aReport({ suspects }) })] });
  const count = (kind: string, severity: string) => valueOf("pgleash_suspects", view, { kind, severity });
  expect(count("idle_in_transaction", "suspect")).toBe(1);
  expect(count("idle_in_transaction", "leaked")).toBe(1);
  expect(count("stale_active", "suspect")).toBe(1);
  expect(count("stale_active", "leaked")).toBe(0);
  expect(valueOf("pgleash_oldest_suspect_age_seconds", view, { kind: "idle_in_transaction" })).toBe(900);
});

test("a standby that was promoted while we were connected is shown as the primary it is", () => {
  const view = aView({ servers: [aServerView({ probe: aProbe({ standby: true }) })] });
  expect(valueOf("pgleash_server_info", view, { role: "primary" })).toBe(1);
});

test("what the last connection found out is told in labels and bits", () => {
  const probe = aProbe({
    standby: true,
    pooled: true,
    privileges: { pg_read_all_stats: false, pg_signal_backend: true, superuser: false },
  });
  const view = aView({ servers: [aServerView({ probe, report: null })] });
  expect(samplesOf("pgleash_server_info", view)).toEqual([
    { labels: { server: "db1", version: "18.4", role: "standby", pooler: "true" }, value: 1 },
  ]);
  expect(
    samplesOf("pgleash_privilege", view).map(({ labels, value }) => [labels["privilege"], value]),
  ).toEqual([
    ["pg_read_all_stats", 0],
    ["pg_signal_backend", 1],
    ["superuser", 0],
  ]);
});

test("a configuration that did not load shows, with when the good one did", () => {
  const view = aView({ reload: { successful: false, lastSuccessSeconds: 1_799_999_000 } });
  expect(valueOf("pgleash_config_last_reload_successful", view)).toBe(0);
  expect(valueOf("pgleash_config_last_reload_success_timestamp_seconds", view)).toBe(1_799_999_000);
});

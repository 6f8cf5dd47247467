import { expect, test } from "vitest";

import { counter, gauge, one, snapshotGauge, summed } from "../../src/expose/family.ts";
import { samplesIn } from "../support/a-metric.ts";
import { aServerView, aView } from "../support/a-view.ts";

const twoServers = aView({ servers: [aServerView(), aServerView({ server: "db2", report: null })] });

test.for([gauge, counter])(
  "%o is of each server, whose name comes before the labels of its samples",
  (make) => {
    const family = make("x", "help", ["state"], ({ intervalSeconds }) => [
      { labels: { state: "idle" }, value: intervalSeconds },
    ]);
    expect([family.of, family.labels]).toEqual(["server", ["server", "state"]]);
    expect(samplesIn(family, twoServers)).toEqual([
      { labels: { server: "db1", state: "idle" }, value: 5 },
      { labels: { server: "db2", state: "idle" }, value: 5 },
    ]);
  },
);

test("a gauge of a snapshot is gone where the last look failed, and only there", () => {
  const family = snapshotGauge("x", "help", [], ({ suspects }) => one(suspects.length));
  expect(samplesIn(family, twoServers)).toEqual([{ labels: { server: "db1" }, value: 0 }]);
});

test("samples with equal labels are added up, others are left alone", () => {
  const samples = [
    { labels: { datname: "a", state: "idle" }, value: 1 },
    { labels: { datname: "a", state: "active" }, value: 2 },
    { labels: { datname: "a", state: "idle" }, value: 4 },
  ];
  expect(summed(samples)).toEqual([
    { labels: { datname: "a", state: "idle" }, value: 5 },
    { labels: { datname: "a", state: "active" }, value: 2 },
  ]);
});

test("label values that run into each other are not added up", () => {
  const samples = [
    { labels: { datname: 'a","b', usename: "c" }, value: 1 },
    { labels: { datname: "a", usename: 'b","c' }, value: 1 },
  ];
  expect(summed(samples)).toEqual(samples);
});

import { describe, expect, test } from "vitest";

import { configOf, issuesOf } from "../support/config-text.ts";

test.for([
  ["", []],
  ["comment_labels: []", []],
  ["comment_labels: [route, service.name, db_driver]", ["route", "service.name", "db_driver"]],
] as const)("%j names these keys: %j", ([text, keys]) => {
  expect(configOf(text).commentLabels).toEqual(keys);
});

describe("a mistake is told with its place", () => {
  const KEY = "a key of 1 to 32 lower-case letters, underscores and dots";

  test.for([
    ["comment_labels: route", "1:17: comment_labels: expected a list of keys, got a text"],
    ["comment_labels: [a, b, c, d, e, f]", "1:17: comment_labels: expected at most 5 keys, got 6"],
    ["comment_labels: [Route]", `1:18: comment_labels[0]: expected ${KEY}, got "Route"`],
    ["comment_labels: [route, '']", `1:25: comment_labels[1]: expected ${KEY}, got ""`],
    ["comment_labels: [job2]", `1:18: comment_labels[0]: expected ${KEY}, got "job2"`],
    ["comment_labels: [5]", `1:18: comment_labels[0]: expected ${KEY}, got the number 5 (put it in quotes)`],
    [
      `comment_labels: [${"a".repeat(33)}]`,
      `1:18: comment_labels[0]: expected ${KEY}, got "${"a".repeat(33)}"`,
    ],
    [
      "comment_labels: [route, action, route]",
      "1:33: comment_labels[2]: expected every key once, got the key of comment_labels[0]",
    ],
    ...["traceparent", "tracestate", "line"].map(
      (key) =>
        [
          `comment_labels: [route, ${key}]`,
          `1:25: comment_labels[1]: expected a key that has few values, got "${key}" (${key} has a value for every request, and a metric would grow with each)`,
        ] as const,
    ),
  ] as const)("%j", ([text, message]) => {
    expect(issuesOf(text)).toEqual([`pgleash.yml:${message}`]);
  });
});

test("they belong to the whole process, not to a server", () => {
  const text = "servers: [{ name: a, url: 'postgres://h', comment_labels: [route] }]";
  expect(issuesOf(text)).toEqual([
    "pgleash.yml:1:43: servers[0].comment_labels: expected one of name, url, url_file, password_file, sslpassword_file, every, cron, look_timeout, quick_every, detectors, overrides, expected, expect_markers, pools, got an unknown key",
  ]);
});

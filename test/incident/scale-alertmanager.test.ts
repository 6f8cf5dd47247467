import { expect, test } from "vitest";
import { parse } from "yaml";

import { scaleAlertmanager } from "./scale-alertmanager.ts";

const text = `global: { resolve_timeout: 5m }
route:
  receiver: nobody
  group_by: [alertname, server]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    - { receiver: person, matchers: ['severity="critical"'], group_wait: 10s }
receivers:
  - name: nobody
  - name: person
    email_configs: [{ to: somebody@example.com }]
`;

test("ten times as fast, all receivers send to the webhook, and the rest is as it was", () => {
  const webhook = [{ url: "http://127.0.0.1:9/", send_resolved: true }];
  expect(parse(scaleAlertmanager(text, 10, "http://127.0.0.1:9/"))).toEqual({
    global: { resolve_timeout: "30s" },
    route: {
      receiver: "nobody",
      group_by: ["alertname", "server"],
      group_wait: "3s",
      group_interval: "30s",
      repeat_interval: "24m",
      routes: [{ receiver: "person", matchers: ['severity="critical"'], group_wait: "1s" }],
    },
    receivers: [
      { name: "nobody", webhook_configs: webhook },
      { name: "person", webhook_configs: webhook },
    ],
  });
});

test("refuses a duration that it does not know", () => {
  expect(() => scaleAlertmanager(`${text}unknown_wait: 5m\n`, 10, "http://127.0.0.1:9/")).toThrow(
    "unknown_wait",
  );
});

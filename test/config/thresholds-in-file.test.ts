import { describe, expect, test } from "vitest";

import { leakKinds } from "../../src/classify/kind.ts";
import type { LeakKind } from "../../src/classify/kind.ts";
import { builtInThresholds, thresholdFor } from "../../src/classify/thresholds.ts";
import type { Matchable, Threshold } from "../../src/classify/thresholds.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aBackend } from "../support/a-backend.ts";
import { configOf } from "../support/config-text.ts";

/** The threshold that the server of this name applies to the usual backend, with these changes. */
function thresholdIn(
  text: string,
  server: string,
  kind: LeakKind,
  overrides: Partial<Backend> = {},
): Threshold {
  const found = configOf(text).servers.find(({ name }) => name === server);
  if (found === undefined) throw new Error(`expected a server named ${server}`);
  return thresholdFor(found.thresholds, aBackend(overrides), kind);
}

const text = `
detectors:
  idle_in_transaction: { suspect_after: 30s, leaked_after: 5m }
  stale_active: { enabled: false }
overrides:
  - match: ['usename="etl"']
    detectors:
      idle_in_transaction: { leaked_after: 2h }
  - match: ['usename=~"etl|app"']
    detectors:
      idle_in_transaction: { suspect_after: 1m }
      long_transaction: { enabled: false }
servers:
  - { name: plain, url: "postgres://h" }
  - name: own
    url: postgres://h
    detectors:
      idle_in_transaction: { suspect_after: 2m }
      stale_active: { enabled: true, leaked_after: 3h }
    overrides:
      - match: ['usename="etl"', 'datname!="shop"']
        detectors:
          idle_in_transaction: { leaked_after: 4h }
`;

describe("every kind can be set on each level", () => {
  test.for(leakKinds)("%s", (kind) => {
    const { servers } = configOf(`
detectors: { ${kind}: { enabled: true, suspect_after: 7s, leaked_after: 1d } }
servers:
  - name: a
    url: postgres://h
    detectors: { ${kind}: { suspect_after: 8s } }
    overrides: [{ match: ['usename="app"'], detectors: { ${kind}: { leaked_after: 9s } } }]
`);
    const { defaults, overrides } = servers[0]?.thresholds ?? {};
    expect(defaults?.[kind]).toEqual({ enabled: true, suspectAfterSeconds: 8, leakedAfterSeconds: 86_400 });
    expect(overrides?.map(({ thresholds }) => thresholds)).toEqual([
      { [kind]: { enabled: true, suspectAfterSeconds: 8, leakedAfterSeconds: 9 } },
    ]);
  });
});

test.for([
  ["", false],
  ["detectors: { idle_too_long: { suspect_after: 2h } }", false],
  ["detectors: { idle_too_long: { enabled: true } }", true],
] as const)("idle_too_long is only looked for when the file says so: %j", ([file, enabled]) => {
  expect(configOf(file).servers[0]?.thresholds.defaults.idle_too_long.enabled).toBe(enabled);
});

test("an override decides about what has no session by what can be seen of it", () => {
  const file = `
overrides:
  - { match: ['application_name!="x"'], detectors: { prepared_transaction: { suspect_after: 2m } } }
  - { match: ['state!="idle"'], detectors: { prepared_transaction: { suspect_after: 3m } } }
  - { match: ['usename="xa"'], detectors: { prepared_transaction: { suspect_after: 4m } } }
`;
  const prepared: Matchable = {
    datname: "shop",
    usename: "xa",
    applicationName: null,
    clientAddr: null,
    state: "unknown",
    queryId: null,
  };
  const [server] = configOf(file).servers;
  if (server === undefined) throw new Error("expected a server");
  expect(thresholdFor(server.thresholds, prepared, "prepared_transaction").suspectAfterSeconds).toBe(240);
});

describe("a field that is not given is taken from the next wider place", () => {
  const builtIn = builtInThresholds;

  test.for([
    ["plain", "stalled_client", builtIn.stalled_client],
    ["plain", "stale_active", { ...builtIn.stale_active, enabled: false }],
    ["own", "stale_active", { ...builtIn.stale_active, leakedAfterSeconds: 10_800 }],
  ] as const)("%s %s", ([server, kind, threshold]) => {
    expect(thresholdIn(text, server, kind)).toEqual(threshold);
  });

  test.for([
    ["plain", {}, 60, 300],
    ["plain", { usename: "batch" }, 30, 300],
    ["plain", { usename: "etl" }, 30, 7200],
    ["plain", { usename: null }, 30, 300],
    ["own", { usename: "batch" }, 120, 300],
    ["own", { usename: "etl" }, 120, 7200],
    ["own", { usename: "etl", datname: "crm" }, 120, 14_400],
    ["own", { usename: "etl", datname: null }, 120, 7200],
  ] as const)("%s, for %j", ([server, backend, suspectAfterSeconds, leakedAfterSeconds]) => {
    const threshold = { enabled: true, suspectAfterSeconds, leakedAfterSeconds };
    expect(thresholdIn(text, server, "idle_in_transaction", backend)).toEqual(threshold);
  });

  test("an override that matches first but does not name the kind leaves it to the next", () => {
    expect(thresholdIn(text, "plain", "long_transaction", { usename: "etl" }).enabled).toBe(false);
  });
});

test("a server's own schedule takes the place of the common one", () => {
  const { servers } = configOf(`every: 7s
servers:
  - { name: a, url: "postgres://h" }
  - { name: b, url: "postgres://h", every: 9s }
  - { name: c, url: "postgres://h", cron: "0 * * * * *" }
`);
  expect(servers.map(({ schedule }) => schedule)).toEqual([
    { everySeconds: 7 },
    { everySeconds: 9 },
    { cron: "0 * * * * *" },
  ]);
});

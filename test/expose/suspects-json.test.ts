import { expect, test } from "vitest";

import { suspectsJson } from "../../src/expose/suspects-json.ts";
import { aBackend } from "../support/a-backend.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aReport, aServerView, aSuspect } from "../support/a-view.ts";

test("a suspect is shown with who, since when and how sure, under PostgreSQL's own names", () => {
  const backend = aBackend({
    state: "idle in transaction",
    xactStart: "2026-01-01 00:00:00.9+00",
    stateChange: "2026-01-01 00:00:01.000002+00",
  });
  const suspect = aSuspect({ backend, ageSeconds: 125.123_456 });
  const { suspects } = suspectsJson([aServerView({ report: aReport({ suspects: [suspect] }) })]);
  expect(suspects).toEqual([
    {
      server: "db1",
      kind: "idle_in_transaction",
      severity: "suspect",
      certainty: "high",
      age_seconds: 125.123,
      sightings: 12,
      first_seen: "2027-01-15T07:59:00.000Z",
      pid: 4242,
      backend_start: "2026-01-01 00:00:00.000001+00",
      datname: "shop",
      usename: "app",
      application_name: "web-1",
      client_addr: "10.0.0.7",
      state: "idle in transaction",
      wait_event_type: "Client",
      wait_event: "ClientRead",
      xact_start: "2026-01-01 00:00:00.9+00",
      query_start: "2026-01-01 00:00:01.000001+00",
      state_change: "2026-01-01 00:00:01.000002+00",
      query_id: "7731",
    },
  ]);
});

test("what is not known is null, not left out", () => {
  const backend = aBackend({ usename: null, clientAddr: null, queryId: null });
  const view = aServerView({ report: aReport({ suspects: [aSuspect({ backend })] }) });
  expect(JSON.parse(JSON.stringify(suspectsJson([view]).suspects[0]))).toMatchObject({
    usename: null,
    client_addr: null,
    query_id: null,
  });
});

test("says which servers were not seen, because an empty list alone proves nothing", () => {
  const coverage = { ...aSnapshot().coverage, hiddenSessions: 4 };
  const servers = [
    aServerView({ server: "db1" }),
    aServerView({ server: "db2", report: aReport({ snapshot: aSnapshot({ coverage }) }) }),
    aServerView({ server: "db3", report: null }),
  ];
  expect(suspectsJson(servers)).toEqual({
    servers: [
      expect.objectContaining({
        server: "db1",
        up: true,
        hidden_sessions: 0,
        candidates_cut: 0,
        failure: null,
      }),
      expect.objectContaining({ server: "db2", up: true, hidden_sessions: 4 }),
      {
        server: "db3",
        up: false,
        failure: null,
        sessions: null,
        hidden_sessions: null,
        candidates_cut: null,
      },
    ],
    suspects: [],
  });
});

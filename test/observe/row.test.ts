import { describe, expect, test } from "vitest";
import { toSnapshot } from "../../src/observe/row.ts";

const group = {
  folded: false,
  datname: "shop",
  usename: "app",
  application_name: "web-1",
  state: "idle",
  sessions: 3,
  xact_seconds: null,
  state_seconds: 1.5,
  session_seconds: 60,
};

const candidate = {
  pid: 7,
  backend_start: "2026-01-01 00:00:00.000001+00",
  datname: "shop",
  usename: "app",
  application_name: "web-1",
  client_addr: null,
  state: "active",
  wait_event_type: null,
  wait_event: null,
  xact_start: null,
  query_start: null,
  state_change: null,
  xact_seconds: null,
  query_seconds: null,
  state_seconds: null,
  query_id: "-42",
  progress_command: "COPY",
  progress_counter: "10/1",
};

const row = {
  taken_at_seconds: 1_800_000_000.25,
  postmaster_start: "2026-01-01 00:00:00+00",
  standby: false,
  hidden_sessions: 2,
  groups_folded: 1,
  candidates_matched: 5,
  groups: [group],
  candidates: [candidate],
};

describe("a row of a look", () => {
  test("becomes a snapshot that says what was cut and what is hidden", () => {
    const snapshot = toSnapshot(row);
    expect(snapshot.takenAtSeconds).toBe(1_800_000_000.25);
    expect(snapshot.coverage).toEqual({
      sights: ["open_transactions", "aborted_transactions", "statements"],
      hiddenSessions: 2,
      candidatesCut: 4,
      groupsFolded: 1,
    });
    expect(snapshot.groups[0]).toMatchObject({
      applicationName: "web-1",
      sessions: 3,
      oldestStateSeconds: 1.5,
    });
  });

  test("keeps timestamps as the server's own text and query ids as opaque text", () => {
    const [backend] = toSnapshot(row).candidates;
    expect(backend?.id).toEqual({ pid: 7, backendStart: "2026-01-01 00:00:00.000001+00" });
    expect(backend?.queryId).toBe("-42");
    expect(backend?.progress).toEqual({ command: "COPY", counter: "10/1" });
  });

  test("keeps null as null: an unknown age is not 0", () => {
    expect(toSnapshot(row).candidates[0]).toMatchObject({
      xactSeconds: null,
      stateSeconds: null,
      stateChange: null,
    });
  });

  test.for([null, "", "napping", "IDLE"])("calls the state %j unknown", (state) => {
    expect(toSnapshot({ ...row, candidates: [{ ...candidate, state }] }).candidates[0]?.state).toBe(
      "unknown",
    );
  });

  test.for<[string, unknown]>([
    ["nothing", undefined],
    ["no object", "row"],
    ["a missing column", { ...row, groups: undefined }],
    ["a number as text", { ...row, taken_at_seconds: "1" }],
    ["a candidate without a start", { ...row, candidates: [{ ...candidate, backend_start: null }] }],
  ])("is refused when it is %s", ([, bad]) => {
    expect(() => toSnapshot(bad)).toThrow(/expected/i);
  });
});

import { describe, expect, test } from "vitest";
import { toSnapshot } from "../../src/observe/row.ts";

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

const group = {
  folded: false,
  datname: "shop",
  usename: "app",
  application_name: "web-1",
  client_addr: null,
  state: "idle",
  sessions: 3,
  quiet_sessions: 2,
  xact_seconds: null,
  state_seconds: 1.5,
  session_seconds: 60,
};

const candidate = {
  pid: 7,
  backend_start: "2026-01-01 00:00:00.000001+00",
  datname: "shop",
  usename: "app",
  is_superuser: false,
  is_replication: false,
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
  statement_head: base64("SELECT 1"),
  statement_tail: null,
  statement_is_cut: false,
  xid_age: 7,
  xmin_age: null,
  progress_command: "COPY",
  progress_counter: "10/1",
};

const row = {
  taken_at_seconds: 1_800_000_000.25,
  postmaster_start: "2026-01-01 00:00:00+00",
  standby: false,
  hidden_sessions: 2,
  groups_folded: 1,
  next_xid: 5_000_000_000,
  sessions_horizon: 7,
  standbys_horizon: null,
  candidates_matched: 5,
  groups: [group],
  candidates: [candidate],
};

describe("a row of a look", () => {
  test("becomes a snapshot that says what was cut and what is hidden", () => {
    const snapshot = toSnapshot(row);
    expect(snapshot.takenAtSeconds).toBe(1_800_000_000.25);
    expect(snapshot.coverage).toEqual({
      sights: ["open_transactions", "aborted_transactions", "statements", "idle_sessions"],
      hiddenSessions: 2,
      candidatesCut: 4,
      groupsFolded: 1,
    });
    expect(snapshot.groups[0]).toMatchObject({
      applicationName: "web-1",
      sessions: 3,
      quietSessions: 2,
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

  test("keeps what is held back, and by whom", () => {
    const snapshot = toSnapshot(row);
    expect(snapshot.horizons).toEqual({ sessions: 7, standbys: null });
    expect(snapshot.nextXid).toBe(5_000_000_000);
    expect(snapshot.candidates[0]).toMatchObject({ xidAge: 7, xminAge: null });
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

describe("a statement", () => {
  test.for([null, ""])("that is %j is none", (statement_head) => {
    expect(statementOf({ statement_head })).toBeNull();
  });

  test("has a tail when it is longer than its head", () => {
    const text = { statement_head: base64("SELECT '…"), statement_tail: base64("…' /*route='/a'*/") };
    const shown = { head: "SELECT '…", tail: "…' /*route='/a'*/" };
    expect(statementOf(text)).toEqual({ ...shown, isCut: false });
    expect(statementOf({ ...text, statement_is_cut: true })).toEqual({ ...shown, isCut: true });
  });

  test.for([
    { bytes: "53454c45435420276ce9616e27", encoding: "LATIN1", text: "SELECT 'l\uFFFDan'" },
    { bytes: "27c6fccbdc2720", encoding: "EUC_JP", text: "'\uFFFD\uFFFD\uFFFD\uFFFD' " },
    { bytes: "27e697", encoding: "UTF8, cut within a character", text: "'\uFFFD" },
    { bytes: "97a527", encoding: "UTF8, begun within a character", text: "\uFFFD\uFFFD'" },
  ])("in $encoding loses nothing that is ASCII", ({ bytes, text }) => {
    const encoded = Buffer.from(bytes, "hex").toString("base64");
    expect(statementOf({ statement_head: encoded, statement_tail: encoded })).toEqual({
      head: text,
      tail: text,
      isCut: false,
    });
  });

  test("is read in the lines that PostgreSQL breaks base64 into", () => {
    const text = "x".repeat(200);
    const statement_head = base64(text).replace(/.{76}/g, "$&\n");
    expect(statementOf({ statement_head })?.head).toBe(text);
  });
});

describe("behind PgBouncer's application_name_add_host", () => {
  test("an application has its own name, and its session the address of its client", () => {
    const application_name = "web - 10.0.0.7:54594";
    const [backend] = toSnapshot({
      ...row,
      candidates: [{ ...candidate, application_name, client_addr: "10.9.9.9" }],
    }).candidates;
    expect(backend).toMatchObject({
      applicationName: "web",
      clientAddr: "10.9.9.9",
      pooledClientAddr: "10.0.0.7",
    });
  });

  test("the groups of one application are one, and only those", () => {
    const web = { ...group, application_name: "web - 10.0.0.7:1", state_seconds: null, xact_seconds: 5 };
    const groups = [
      web,
      { ...web, application_name: "web - 10.0.0.8:2", sessions: 4, quiet_sessions: 1, state_seconds: 9 },
      {
        ...web,
        application_name: "web",
        sessions: 1,
        quiet_sessions: 0,
        session_seconds: 70,
        xact_seconds: 3,
      },
      { ...web, state: "active" },
      { ...web, client_addr: "10.9.9.9" },
      { ...web, datname: null },
      { ...web, folded: true, application_name: null },
    ];
    const snapshot = toSnapshot({ ...row, groups });
    expect(snapshot.groups).toHaveLength(5);
    expect(snapshot.groups[0]).toEqual({
      folded: false,
      datname: "shop",
      usename: "app",
      applicationName: "web",
      clientAddr: null,
      state: "idle",
      sessions: 8,
      quietSessions: 3,
      oldestXactSeconds: 5,
      oldestStateSeconds: 9,
      oldestSessionSeconds: 70,
    });
  });
});

function statementOf(columns: {
  statement_head: string | null;
  statement_tail?: string;
  statement_is_cut?: boolean;
}) {
  return toSnapshot({ ...row, candidates: [{ ...candidate, ...columns }] }).candidates[0]?.statement;
}

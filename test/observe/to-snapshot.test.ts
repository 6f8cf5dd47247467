import { describe, expect, test } from "vitest";
import { parseLook } from "../../src/observe/look-row.ts";
import { toSnapshot as toSnapshotOf } from "../../src/observe/to-snapshot.ts";
import type { Snapshot } from "../../src/observe/snapshot.ts";

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

const takenAt = Date.parse("2027-01-15T08:00:00Z") * 1000 + 250_000;
const [shop, app] = [16_384, 16_390];

const group = {
  datid: shop as number | null,
  usesysid: app as number | null,
  application_name: "web-1" as string | null,
  client_addr: null as string | null,
  state: "idle" as string | null,
  backend_type: "client backend" as string | null,
  sessions: 3,
  unseen_sessions: 0,
  quiet_sessions: 2,
  xact_start: null as number | null,
  state_change: (takenAt - 1_500_000) as number | null,
  backend_start: (takenAt - 60_000_000) as number | null,
};

const candidate = {
  pid: 7,
  backend_start: Date.parse("2026-01-01T00:00:00Z") * 1000 + 1,
  datid: shop,
  usesysid: app,
  application_name: "web-1",
  client_addr: null,
  state: "active",
  wait_event_type: null,
  wait_event: null,
  xact_start: null,
  query_start: null,
  state_change: null,
  query_id: "-42",
  xid_age: 7,
  xmin_age: null,
  statement: base64("SELECT 1"),
  statement_is_cut: false,
  progress: "COPY/10/1",
};

const row = {
  taken_at: takenAt,
  postmaster_start: Date.parse("2026-01-01T00:00:00Z") * 1000,
  standby: false,
  next_xid: 5_000_000_000,
  sessions_horizon: 7,
  standbys_horizon: null,
  candidates_matched: 5,
  groups: [group],
  candidates: [candidate],
};

const role = { name: "app", isSuperuser: false, isReplication: true };
const names = {
  databases: new Map([[shop, "shop"]]),
  roles: new Map([[app, role]]),
  looks: 0,
  readAtSeconds: 0,
};

/** Rows → what the server sends: a table as columns. */
function inColumns(rows: unknown): unknown {
  if (!Array.isArray(rows)) return rows;
  const keys = Object.keys(rows[0] ?? {});
  return Object.fromEntries(keys.map((key) => [key, rows.map((one) => one[key])]));
}

function toSnapshot(look: unknown): Snapshot {
  const isLook = typeof look === "object" && look !== null && "groups" in look && "candidates" in look;
  const sent = isLook
    ? { ...look, groups: inColumns(look.groups), candidates: inColumns(look.candidates) }
    : look;
  return toSnapshotOf(parseLook(sent), { names, texts: new Map(), mostGroups: 5 });
}

describe("a row of a look", () => {
  test("becomes a snapshot that says what was cut and what is hidden", () => {
    const unseen = { ...group, backend_type: null, state: null, sessions: 3, unseen_sessions: 2 };
    const others = ["a", "b", "c", "d"].map((application_name) => ({
      ...group,
      application_name,
      sessions: 1,
    }));
    const snapshot = toSnapshot({ ...row, groups: [group, unseen, ...others] });
    expect(snapshot.takenAtSeconds).toBe(takenAt / 1e6);
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
    ["a number as text", { ...row, taken_at: "1" }],
    [
      "a column that is too short",
      {
        ...row,
        groups: {
          ...Object.fromEntries(Object.entries(group).map(([key, value]) => [key, [value, value]])),
          sessions: [1],
        },
      },
    ],
    ["a candidate without a start", { ...row, candidates: [{ ...candidate, backend_start: null }] }],
  ])("is refused when it is %s", ([, bad]) => {
    expect(() => toSnapshot(bad)).toThrow(/expected/i);
  });
});

describe("a statement", () => {
  test("that is empty is none", () => {
    expect(statementOf({ statement: "" })).toBeNull();
  });

  test("has a tail when it is longer than its head", () => {
    const head = `SELECT '${"x".repeat(4088)}`;
    const tail = "…' /*route='/a'*/";
    const statement = base64(head + tail);
    expect(statementOf({ statement })).toEqual({ head, tail, isCut: false });
    expect(statementOf({ statement, statement_is_cut: true })).toEqual({ head, tail, isCut: true });
    expect(statementOf({ statement: base64(head) })).toEqual({ head, tail: null, isCut: false });
  });

  test.for([
    { bytes: "53454c45435420276ce9616e27", encoding: "LATIN1", text: "SELECT 'l\uFFFDan'" },
    { bytes: "27c6fccbdc2720", encoding: "EUC_JP", text: "'\uFFFD\uFFFD\uFFFD\uFFFD' " },
    { bytes: "27e697", encoding: "UTF8, cut within a character", text: "'\uFFFD" },
    { bytes: "97a527", encoding: "UTF8, begun within a character", text: "\uFFFD\uFFFD'" },
  ])("in $encoding loses nothing that is ASCII", ({ bytes, text }) => {
    const end = Buffer.from(bytes, "hex");
    expect(statementOf({ statement: end.toString("base64") })?.head).toBe(text);
    const long = Buffer.concat([Buffer.alloc(4096, "x"), end]).toString("base64");
    expect(statementOf({ statement: long })?.tail).toBe(text);
  });

  test("is read in the lines that PostgreSQL breaks base64 into", () => {
    const text = "x".repeat(200);
    const statement = base64(text).replace(/.{76}/g, "$&\n");
    expect(statementOf({ statement })?.head).toBe(text);
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
    const web = {
      ...group,
      application_name: "web - 10.0.0.7:1",
      state_change: null,
      xact_start: takenAt - 5e6,
    };
    const groups = [
      web,
      {
        ...web,
        application_name: "web - 10.0.0.8:2",
        sessions: 4,
        quiet_sessions: 1,
        state_change: takenAt - 9e6,
      },
      {
        ...web,
        application_name: "web",
        sessions: 1,
        quiet_sessions: 0,
        backend_start: takenAt - 70e6,
        xact_start: takenAt - 3e6,
      },
      { ...web, state: "active" },
      { ...web, client_addr: "10.9.9.9" },
      { ...web, datid: null },
    ];
    const snapshot = toSnapshot({ ...row, groups });
    expect(snapshot.groups).toHaveLength(4);
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

test("a name that the server did not know is unknown, and so is what its role may do", () => {
  const [known, unknown] = toSnapshot({
    ...row,
    candidates: [candidate, { ...candidate, datid: 1, usesysid: 2 }],
  }).candidates;
  expect(known).toMatchObject({ datname: "shop", usename: "app", isSuperuser: false, isReplication: true });
  expect(unknown).toMatchObject({ datname: null, usename: null, isSuperuser: null, isReplication: null });
});

test("what is no client's, as a background worker, be it one that has just ended, is left out", () => {
  const worker = { ...group, backend_type: "autovacuum worker", usesysid: null };
  const hidden = { ...group, backend_type: null, state: null, usesysid: null, unseen_sessions: 3 };
  const ended = { ...group, backend_type: null, state: null };
  expect(toSnapshot({ ...row, groups: [worker, hidden, ended] })).toMatchObject({
    groups: [],
    coverage: { hiddenSessions: 0 },
  });
});

function statementOf(columns: { readonly statement: string; readonly statement_is_cut?: boolean }) {
  return toSnapshot({ ...row, candidates: [{ ...candidate, ...columns }] }).candidates[0]?.statement;
}

test("columns that nobody asked for cost nothing, however many a server sends", () => {
  const unasked = Object.fromEntries(Array.from({ length: 8000 }, (_, index) => [`column${index}`, []]));
  const groups = Object.fromEntries(
    Object.entries(group).map(([name, value]) => [name, Array.from({ length: 8000 }, () => value)]),
  );
  const startMs = performance.now();
  expect(parseLook({ ...row, groups: { ...unasked, ...groups }, candidates: {} }).groups).toHaveLength(8000);
  expect(performance.now() - startMs).toBeLessThan(2000);
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createReplyInspector, type ReplyInspector } from "../../../src/postgres/wire/reply-inspector.ts";
import {
  dataRow,
  int16,
  loginRequest,
  ready,
  rowDescription,
  serverMessage,
  welcome,
} from "../../support/server-messages.ts";

/** The same bytes, cut at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
    (one, other) => one - other,
  );
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

/** A server that has let us in, and was asked something. */
function asked(): ReplyInspector {
  const inspector = createReplyInspector();
  inspector.read(welcome);
  inspector.sent();
  return inspector;
}

function rowOfNulls(length: number): Buffer {
  return dataRow(Array.from({ length }, () => null));
}

const unread = [
  serverMessage("S", "TimeZone\0UTC\0"),
  serverMessage("N", "SNOTICE\0Mhello\0\0"),
  serverMessage("A", "?"),
];
const done = serverMessage("C", "SELECT 1\0");
const cuts = fc.array(fc.nat(), { maxLength: 20 });
const value = fc.option(fc.string({ maxLength: 40 }));
const name = fc.string({ maxLength: 9 }).filter((text) => !text.includes("\0"));
/** All rows of a reply have as many values as it has columns. */
const reply = fc.nat({ max: 5 }).chain((columns) => {
  const ofColumns = { minLength: columns, maxLength: columns };
  return fc.array(
    fc.oneof(
      fc.array(value, ofColumns).map(dataRow),
      fc.array(name, ofColumns).map((names) => rowDescription(names)),
      fc.constantFrom(done, serverMessage("1"), serverMessage("2"), serverMessage("n"), ...unread),
    ),
    { maxLength: 10 },
  );
});

test("a server that keeps to the protocol is heard, however its bytes arrive; what it says by the way is not passed on", () => {
  fc.assert(
    fc.property(reply, cuts, (messages, at) => {
      const inspector = asked();
      const passed = pieces(Buffer.concat([...messages, ready]), at).map((piece) => inspector.read(piece));
      const read = messages.filter((message) => !unread.includes(message));
      expect(Buffer.concat(passed).equals(Buffer.concat([...read, ready]))).toBe(true);
      expect(inspector.isLoggedIn()).toBe(true);
    }),
  );
});

test("only whole messages are passed on", () => {
  const inspector = asked();
  const row = dataRow(["abc", null]);
  for (const byte of row.subarray(0, -1)) expect(inspector.read(Buffer.from([byte]))).toHaveLength(0);
  expect(inspector.read(row.subarray(-1)).equals(row)).toBe(true);
});

test("one that does not is found out, however its bytes arrive", () => {
  const wrong = fc.constantFrom(
    serverMessage("R"),
    loginRequest(0),
    serverMessage("@", Buffer.alloc(9)),
    serverMessage("T", int16(1), "abc"),
    Buffer.alloc(5),
  );
  fc.assert(
    fc.property(reply, wrong, cuts, (messages, last, at) => {
      const inspector = asked();
      const all = pieces(Buffer.concat([...messages, last]), at);
      expect(() => all.forEach((piece) => inspector.read(piece))).toThrow(
        "does not speak PostgreSQL's protocol",
      );
    }),
  );
});

test("garbage is refused at the first message", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 5, maxLength: 64 }), (bytes) => {
      fc.pre(!"REN".includes(String.fromCharCode(bytes[0] ?? 0)));
      expect(() => createReplyInspector().read(Buffer.from(bytes))).toThrow("protocol");
    }),
  );
});

test.for([
  ["more than", 1, 2],
  ["fewer than", 2, 1],
] as const)(
  "a row with %s the columns of its reply is refused, told of them or not",
  ([, columns, values]) => {
    const names = Array.from({ length: columns }, () => "a");
    for (const first of [rowDescription(names), rowOfNulls(columns)]) {
      const inspector = asked();
      inspector.read(first);
      expect(() => inspector.read(rowOfNulls(values))).toThrow("protocol");
    }
  },
);

test("the next reply may have other columns", () => {
  const inspector = asked();
  inspector.read(Buffer.concat([dataRow(["a"]), done, ready]));
  inspector.sent();
  expect(inspector.read(dataRow(["a", "b"]))).not.toHaveLength(0);
});

describe("a postmaster that cannot start a process", () => {
  const refusal = Buffer.from("Ecould not fork new process for connection: hunter2\n\0");

  test("refuses the connection, and its words are not shown", () => {
    expect(() => createReplyInspector().read(refusal)).toThrow(
      expect.objectContaining({
        reason: "connect",
        message: "the server refused before the login: see its log",
      }),
    );
  });

  test("says so first, or is none", () => {
    const inspector = createReplyInspector();
    inspector.read(serverMessage("N", "SNOTICE\0Mhello\0\0"));
    expect(() => inspector.read(refusal)).toThrow("does not speak");
    expect(() => asked().read(refusal)).toThrow("does not speak");
  });
});

/** How many bytes it sent until it was stopped, by what. */
function sentUntil(inspector: ReplyInspector, chunk: Buffer, words: string): number {
  let bytes = 0;
  expect(() => {
    for (; bytes < 1024 ** 3; bytes += chunk.length) inspector.read(chunk);
  }).toThrow(words);
  return bytes;
}

describe("what a server may send is bounded", () => {
  const notice = serverMessage("N", "x".repeat(1000));
  const row = dataRow(["x".repeat(1024 * 1024)]);
  const emptyRow = serverMessage("D", int16(0));

  test.for([
    ["before we are let in", createReplyInspector],
    [
      "between two queries",
      () => {
        const inspector = createReplyInspector();
        inspector.read(welcome);
        return inspector;
      },
    ],
  ] as const)("%s", ([, create]) => {
    const bytes = sentUntil(create(), notice, "over 65536 bytes that nobody asked for");
    expect(bytes).toBeGreaterThan(60_000);
    expect(bytes).toBeLessThanOrEqual(65_536);
  });

  test("during one query, but not over many", () => {
    const inspector = asked();
    for (let query = 0; query < 3; query += 1) {
      for (let rows = 0; rows < 30; rows += 1) inspector.read(row);
      inspector.read(ready);
      inspector.sent();
    }
    const bytes = sentUntil(inspector, row, "a reply of over 67108864 bytes");
    expect(bytes).toBeGreaterThan(62 * 1024 * 1024);
    expect(bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
  });

  test("a message that announces more is not waited for", () => {
    const inspector = asked();
    expect(() => inspector.read(Buffer.from([0x44, 0xff, 0xff, 0xff, 0xf0]))).toThrow("a reply of over");
  });

  test("rows of nothing are not for nothing", () => {
    const rows = Buffer.concat(Array.from({ length: 1000 }, () => emptyRow));
    expect(sentUntil(asked(), rows, "a reply of over")).toBeLessThan(8 * 1024 * 1024);
  });

  test("nor are values of nothing", () => {
    const rows = Buffer.concat(Array.from({ length: 100 }, () => rowOfNulls(100)));
    expect(sentUntil(asked(), rows, "a reply of over")).toBeLessThan(5 * 1024 * 1024);
  });

  test.for([
    ["objects", "{}"],
    ["arrays", "[]"],
    ["numbers", "1"],
    ["texts", '"ab"'],
  ] as const)("nor are a million elements of JSON, also in one row: %s", ([, element]) => {
    const rowOf = (count: number) => dataRow([`[${Array.from({ length: count }, () => element).join(",")}]`]);
    expect(asked().read(rowOf(100_000))).not.toHaveLength(0);
    expect(() => asked().read(rowOf(1_100_000))).toThrow("a reply of over");
  });
});

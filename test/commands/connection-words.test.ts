import { describe, expect, test } from "vitest";

import { UsageError } from "../../src/commands/command.ts";
import { connectionOf } from "../../src/commands/connection-words.ts";
import { parseConnectionString } from "../../src/postgres/naming/connection-string.ts";

describe("connectionOf", () => {
  test.for([
    { values: {}, word: undefined, text: undefined },
    { values: { "config.file": "a.yml" }, word: undefined, text: undefined },
    { values: {}, word: "postgres://db1/shop", text: "postgres://db1/shop" },
    { values: { dbname: "postgres://db1/shop" }, word: undefined, text: "postgres://db1/shop" },
    { values: { dbname: "host=db1 dbname=shop" }, word: undefined, text: "host=db1 dbname=shop" },
    { values: { dbname: "shop" }, word: undefined, text: "dbname='shop'" },
    { values: { host: "db1", port: "5433" }, word: undefined, text: "host='db1' port='5433'" },
    { values: { dbname: "postgres://" }, word: undefined, text: "postgres://" },
    { values: { host: "", dbname: "shop" }, word: undefined, text: "dbname='shop'" },
    { values: { dbname: "" }, word: undefined, text: undefined },
  ])("$values and $word name $text", ({ values, word, text }) => {
    expect(connectionOf(values, word)).toBe(text);
  });

  test("a name with quotes and backslashes reaches the connection as it is", () => {
    const values = { username: String.raw`o'hara \ "sons"`, dbname: "a b", host: "/run/x y" };
    const text = connectionOf(values, undefined) ?? "";
    expect(parseConnectionString(text)).toEqual({
      parts: { host: "/run/x y", user: String.raw`o'hara \ "sons"`, dbname: "a b" },
    });
  });

  test.for([
    ["host=db1 password=hunter2", { host: "db1", port: "5433", user: "me", password: "hunter2" }],
    [
      "postgres://db1:1/shop?sslmode=require",
      { host: "db1", port: "1", user: "me", dbname: "shop", sslmode: "require" },
    ],
    ["user=you port=''", { host: "db2", port: "", user: "you" }],
  ] as const)("what %s says comes before the other flags", ([dbname, parts]) => {
    const text = connectionOf({ dbname, host: "db2", port: "5433", username: "me" }, undefined) ?? "";
    expect(parseConnectionString(text)).toEqual({ parts });
  });

  test.for([
    [
      { dbname: "mysql://u:hunter2@db1/x", port: "1" },
      undefined,
      /^--host, -p, -U or -d: expected a URL such/,
    ],
    [{ port: "many" }, undefined, /^--host, -p, -U or -d: expected /],
    [{}, "mysql://u:hunter2@db1/x", /^CONNECTION: expected a URL such as .*, got something else$/],
    [{}, "", /^CONNECTION: expected .*, got nothing$/],
    [
      {},
      "postgres://u:hunter2@db1/x?ssmode=require&ssl=1",
      /^CONNECTION: got an unknown one \(did you mean sslmode\?\), expected .*; CONNECTION: expected .* \(write sslmode=require\)$/,
    ],
  ] as const)("%j and %j are a wrong call, told without a password", ([values, word, says]) => {
    const call = () => connectionOf(values, word);
    expect(call).toThrow(UsageError);
    expect(call).toThrow(says);
    expect(call).not.toThrow(/hunter2/);
  });

  test.for([
    { values: { "config.file": "a.yml" }, word: "host=db1" },
    { values: { port: "5433" }, word: "host=db1" },
    { values: { port: "5433", "config.file": "a.yml" }, word: undefined },
  ])("$values and $word are two ways", ({ values, word }) => {
    expect(() => connectionOf(values, word)).toThrow(UsageError);
  });
});

import { expect, test } from "vitest";

import { commentKeys } from "../../../src/classify/attribution/comment-keys.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function keysOf(text: string, configured: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(commentKeys(text, configured));
}

test.for([
  {
    what: "sqlcommenter's, at the end",
    text: "SELECT 1 /*action='%2Fparam*d',controller='index',framework='spring'*/",
    keys: { action: "/param*d", controller: "index", framework: "spring" },
  },
  {
    what: "sqlcommenter's, at the beginning",
    text: "/*route='%2Forders'*/ SELECT 1",
    keys: { route: "/orders" },
  },
  { what: "sqlcommenter's, before the semicolon", text: "SELECT 1 /*route='a'*/;", keys: { route: "a" } },
  {
    what: "Django's",
    text: "/*db_driver='django.db%%3A2', route='%%5E%%2Fa%%24'*/",
    keys: { db_driver: "django.db:2", route: "^/a$" },
  },
  {
    what: "OpenTelemetry's",
    text: `/*service.name='cart',traceparent='${traceparent}'*/`,
    keys: { "service.name": "cart", traceparent },
  },
  {
    what: "marginalia's",
    text: "SELECT 1 /*application:Shop,controller:orders,action:index*/",
    keys: { application: "Shop", controller: "orders", action: "index" },
  },
  {
    what: "Rails'",
    text: "SELECT 1 /* job:Api::V3::Sync,line:/app/a b.rb:12:in `call' */",
    keys: { job: "Api::V3::Sync", line: "/app/a b.rb:12:in `call'" },
  },
  {
    what: "both kinds, mixed",
    text: "/*application:'Shop',action='a',job:b*/",
    keys: { application: "Shop", action: "a", job: "b" },
  },
  { what: "an encoded key", text: "/*service%2Ename='cart'*/", keys: { "service.name": "cart" } },
  {
    what: "an escaped quote",
    text: String.raw`/*action='it\'s',job='b\\'*/`,
    keys: { action: "it's", job: "b\\" },
  },
  {
    what: "malformed percent signs",
    text: "/*route='100%',job='%zz%C3%A9-%ff'*/",
    keys: { route: "100%", job: "%zzé-%ff" },
  },
  {
    what: "two comments",
    text: "/*route='a'*/ SELECT 1 /*route='b',job='c'*/",
    keys: { route: "a", job: "c" },
  },
])("the keys of a comment are read: $what", ({ text, keys }) => {
  expect(keysOf(text)).toEqual(keys);
});

test.for([
  { what: "no comment", text: "SELECT 1" },
  { what: "a comment within a string", text: "SELECT '/*route=''a''*/', '/*job:b*/'" },
  { what: "a comment within an escape string", text: String.raw`SELECT E'\'/*job:b*/'` },
  { what: "a comment behind a string that may not have ended", text: String.raw`SELECT 'a\' /*job:b*/` },
  { what: "a comment within a dollar quote", text: "DO $$ /*job:b*/ $$" },
  { what: "a comment within a name", text: 'SELECT "/*job:b*/"' },
  { what: "a line comment", text: "SELECT 1 --/*job:b*/" },
  { what: "prose", text: "/* Note: the index on a = 'b' is slow, see job:c */ SELECT 1" },
  { what: "code", text: "SELECT 1 /* WHERE a='b' */" },
  { what: "a hint", text: "/*+ IndexScan(a) */ SELECT 1" },
  { what: "no value", text: "/*route='',job:*/" },
  { what: "a value without quotes", text: "/*route=a*/" },
  { what: "a trace of another form", text: "/*traceparent='00-0-0-01'*/" },
  { what: "names that nobody knows", text: "/*Route='a',routes='b',tenant='acme',email:a@b.example*/" },
])("there are no keys in $what", ({ text }) => {
  expect(keysOf(text)).toEqual({});
});

test("what follows something that is no pair is not read", () => {
  expect(keysOf("/*job:a,oops,action:b*/")).toEqual({ job: "a" });
});

test("a name that nobody knows is read where the configuration names it, and no other one", () => {
  const text = "/*tenant='acme',email='a@b.example',route='/a'*/ SELECT 1 /*tenant='other'*/";
  expect(keysOf(text, ["tenant", "shop"])).toEqual({ tenant: "acme", route: "/a" });
});

test("a value is bounded", () => {
  expect(keysOf(`/*route='${"x".repeat(500)}'*/`)).toEqual({ route: "x".repeat(200) });
});

test("a value is not cut off within a character", () => {
  expect(commentKeys(`/*job='${"x".repeat(199)}%F0%9F%91%8D'*/`, []).get("job")).toBe("x".repeat(199));
});

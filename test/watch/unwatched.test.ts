import { expect, test } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import {
  lastSeconds,
  MOST_UNWATCHED,
  stillOfUse,
  withLeash,
  type Unwatched,
} from "../../src/watch/unwatched.ts";
import { aLeash, anEntry, anOpenBreaker } from "../support/a-case.ts";

const nothing: Unwatched = new Map();
const acted = aLeash(anEntry({ outcome: "terminated" }));

test("what is learned twice of a server is joined, without what was announced", () => {
  const announcements = new Map([["episode", []]]);
  const later = aLeash(anEntry({ atSeconds: 2_000_000_000, episode: "another" }));
  const once = withLeash(nothing, "db1", { ...acted, announcements }, 1000);
  expect(once.get("db1")).toEqual({ leash: { ...acted, announcements: new Map() }, sinceSeconds: 1000 });
  const twice = withLeash(once, "db1", later, 900).get("db1");
  expect(twice?.leash.ledger.entries).toEqual([...acted.ledger.entries, ...later.ledger.entries]);
  expect(twice?.sinceSeconds).toBe(1000);
});

test("a server is kept for as long as a limit reaches, and for longer with an open breaker", () => {
  const breaker = anOpenBreaker({ sinceSeconds: 900 });
  const open = { ...emptyLeash, ledger: { ...emptyLeash.ledger, breaker } };
  const both = withLeash(withLeash(nothing, "open", open, 1000), "closed", acted, 1000);
  const kept = (nowSeconds: number): readonly string[] => [
    ...stillOfUse(both, { nowSeconds, reachSeconds: 3600 }).keys(),
  ];
  expect(kept(4599)).toEqual(["open", "closed"]);
  expect(kept(4600)).toEqual(["open"]);
});

test("of too many servers those that were counted on last are kept", () => {
  const servers = Array.from({ length: MOST_UNWATCHED + 1 }, (_none, index) => `db${index}`);
  const all = servers.reduce(
    (before, server, index) => withLeash(before, server, acted, 1000 - index),
    nothing,
  );
  const kept = stillOfUse(all, { nowSeconds: 1000, reachSeconds: 3600 });
  expect([...kept.keys()]).toEqual(servers.slice(0, -1));
});

test("hundreds of servers that nothing was done on, and that are gone at once, take nobody's place", () => {
  const servers = Array.from({ length: 300 }, (_none, index) => `db${index}`);
  const quiet = servers.reduce((before, server) => withLeash(before, server, emptyLeash, 1001), nothing);
  const all = withLeash(quiet, "acted", acted, 1000);
  expect([...stillOfUse(all, { nowSeconds: 1001, reachSeconds: 3600 }).keys()]).toEqual(["acted"]);
});

test("what a leash tells of last is an act or its breaker", () => {
  const breaker = anOpenBreaker({ sinceSeconds: 2_100_000_000 });
  expect(lastSeconds(acted)).toBe(anEntry().atSeconds);
  expect(lastSeconds({ ...acted, ledger: { ...acted.ledger, breaker } })).toBe(2_100_000_000);
});

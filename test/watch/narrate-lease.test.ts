import { describe, expect, test } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import type { Permits } from "../../src/decide/situation.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { anEntry, anOpenBreaker, aPolicy, NOW } from "../support/a-case.ts";
import { aLeashedView, type Deciding } from "../support/a-leash-report.ts";
import { told } from "../support/a-narration.ts";
import { aServerView } from "../support/a-view.ts";

function look(permits: Partial<Permits> = {}, deciding: Deciding = {}): ServerView {
  return aLeashedView([], { ...deciding, situation: { permits } });
}

/** What the log says of the last of these looks. */
function messages(...views: readonly [ServerView, ...ServerView[]]): readonly (readonly string[])[] {
  return told(...views).map(({ level, message }) => [level, message]);
}

const ours = look();
const theirs = look({ hasLease: false }, { refusals: { leaseRefusal: "it is held by pid 17" } });
const heldBack = look({ isEnforcing: false, hasLease: false });
const dryRun = look({ isEnforcing: false, hasLease: false }, { policy: aPolicy({ mode: "dry_run" }) });

const gained = ["info", "lease gained: this process acts"];
const limits = [
  "warn",
  "limits start from the acts of this process alone: those of whoever held the lease before do not count",
];

describe("where another process may have acted meanwhile, a lease is gained with what the limits start from", () => {
  test("after another one held it, or could take it while this one was held back", () => {
    expect(messages(aServerView(), theirs, ours)).toEqual([gained, limits]);
    expect(messages(ours, theirs, ours)).toEqual([gained, limits]);
    expect(messages(ours, heldBack, ours)).toEqual([expect.any(Array), gained, limits]);
  });

  test("not at the start, after a dry run, or again", () => {
    expect(messages(aServerView(), ours)).toEqual([expect.any(Array), gained]);
    expect(messages(dryRun, ours)).toEqual([expect.any(Array), gained]);
    expect(messages(theirs, ours, ours)).toEqual([]);
  });

  test("which is what this process did, and its own breaker", () => {
    const entries = [NOW - 30, NOW - 90].map((atSeconds) => anEntry({ atSeconds }));
    const before = { ...emptyLeash, ledger: { entries, breaker: anOpenBreaker() } };
    expect(told(theirs, look({}, { before })).at(-1)).toEqual({
      level: "warn",
      message: limits[1],
      fields: { server: "db1", acts_last_minute: 1, acts_last_hour: 2, breaker: "open" },
    });
  });
});

describe("a broken file that stops acting", () => {
  test("gives the lease up to another process, and the log says so once", () => {
    const line = ["warn", "held back: nobody is ended from here; another pgleash may take the lease"];
    expect(messages(ours, heldBack)).toEqual([line]);
    expect(messages(ours, heldBack, heldBack)).toEqual([]);
  });

  test("not where the switch was never on, or the file says dry_run", () => {
    const dry = ["info", "dry run: nobody is ended"];
    expect(messages(aServerView(), heldBack)).toEqual([dry]);
    expect(messages(ours, dryRun)).toEqual([dry]);
  });
});

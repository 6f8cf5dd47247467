import { describe, expect, test } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import type { Permits } from "../../src/decide/situation.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { anEntry, anOpenBreaker, aPolicy, NOW } from "../support/a-case.ts";
import { aLeashedView, type Deciding } from "../support/a-leash-report.ts";
import { failed, told } from "../support/a-narration.ts";
import { aServerView } from "../support/a-view.ts";

function look(permits: Partial<Permits> = {}, deciding: Deciding = {}): ServerView {
  return aLeashedView([], { ...deciding, situation: { permits } });
}

/** What the log says of the last of these looks. */
function messages(...views: readonly [ServerView, ...ServerView[]]): readonly (readonly string[])[] {
  return told(...views).map(({ level, message }) => [level, message]);
}

/** The same look, on another connection than the looks before it. */
function connectedAnew(view: ServerView): ServerView {
  return { ...view, looks: { ...view.looks, connections: view.looks.connections + 1 } };
}

const ours = look();
const theirs = look({ hasLease: false }, { refusals: { leaseRefusal: "it is held by pid 17" } });
const heldBack = look({ isEnforcing: false, hasLease: false });
const dryRun = look({ isEnforcing: false, hasLease: false }, { policy: aPolicy({ mode: "dry_run" }) });

const gained = ["info", "lease gained: this process acts"];
const limitsText =
  "limits start from the acts that are known here: those of another pgleash that held the lease do not count";
const [limits, urgentLimits] = [
  ["info", limitsText],
  ["warn", limitsText],
];

describe("whoever gains a lease says what the limits start from", () => {
  test("as a warning after it was refused, mostly because another one held it", () => {
    expect(messages(aServerView(), theirs, ours)).toEqual([gained, urgentLimits]);
    expect(messages(ours, theirs, ours)).toEqual([gained, urgentLimits]);
  });

  test("at the start, after a dry run, and after it was held back: another one may have acted unseen", () => {
    expect(messages(aServerView(), ours)).toEqual([expect.any(Array), gained, limits]);
    expect(messages(dryRun, ours)).toEqual([expect.any(Array), gained, limits]);
    expect(messages(ours, heldBack, ours)).toEqual([expect.any(Array), gained, limits]);
  });

  test("after a lost connection, with which the lease was lost", () => {
    const anew = connectedAnew(ours);
    const connected = ["info", "connected"];
    expect(messages(ours, failed(ours, "connect"), anew)).toEqual([connected, gained, limits]);
    expect(messages(ours, anew)).toEqual([connected, gained, limits]);
    expect(messages(ours, failed(anew, "timeout"), anew)).toEqual([connected, gained, limits]);
    expect(messages(ours, connectedAnew(theirs), anew)).toEqual([gained, urgentLimits]);
  });

  test("once: not while it is kept, be there failed looks or none", () => {
    expect(messages(theirs, ours, ours)).toEqual([]);
    expect(messages(ours, connectedAnew(ours), connectedAnew(ours))).toEqual([]);
    expect(messages(ours, failed(ours, "timeout"), ours)).toEqual([["info", "looks succeed again"]]);
  });

  test("which is what this process did, and its own breaker", () => {
    const entries = [NOW - 30, NOW - 90].map((atSeconds) => anEntry({ atSeconds }));
    const before = { ...emptyLeash, ledger: { entries, breaker: anOpenBreaker() } };
    expect(told(theirs, look({}, { before })).at(-1)).toEqual({
      level: "warn",
      message: limitsText,
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

import { describe, expect, test } from "vitest";

import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { suspectJson } from "../../src/expose/suspect-json.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { aLeaked, aPolicy, aRule, NOW } from "../support/a-case.ts";
import { aLeashedView, aLeashReport, type Deciding } from "../support/a-leash-report.ts";
import { told } from "../support/a-narration.ts";

const dry = { permits: { isEnforcing: false } };
const policy = aPolicy({ rules: [aRule({ name: "web", warnForSeconds: 45 })] });
const episode = aLeaked(7);
const before = aLeashReport([episode], { policy }).state;
const later = { nowSeconds: NOW + 10 };
const announcement = {
  rule: "web",
  action: "terminate",
  mode: "enforce",
  planned_at: "2027-01-15T08:00:45.000Z",
};

/** A look at which nothing is decided. */
function calm(deciding: Deciding = {}): ServerView {
  return aLeashedView([], deciding);
}

function messages(...views: readonly [ServerView, ...ServerView[]]): readonly string[] {
  return told(...views).map(({ message }) => message);
}

describe("an announcement", () => {
  test("says who, by which rule, how, and not before when", () => {
    expect(told(calm(), aLeashedView([episode], { policy }))).toEqual([
      {
        level: "info",
        message: "announced: it will be ended, not before planned_at",
        fields: { ...suspectJson("db1", episode), ...announcement, refused_by: [] },
      },
    ]);
  });

  test("of a dry run says that it is not meant", () => {
    expect(told(calm({ situation: dry }), aLeashedView([episode], { policy, situation: dry }))).toMatchObject(
      [
        {
          level: "info",
          message: "announced: it would be ended, not before planned_at",
          fields: { mode: "dry_run" },
        },
      ],
    );
  });

  test("of a process that may not act says so, and what refuses it", () => {
    const situation = { permits: { hasLease: false } };
    expect(told(calm({ situation }), aLeashedView([episode], { policy, situation }))).toMatchObject([
      {
        level: "info",
        message: "announced: it is to be ended, not before planned_at, but this process may not act now",
        fields: { refused_by: ["no_lease"] },
      },
    ]);
  });

  test("of a process that could not act even with the lease says that no notice runs yet", () => {
    const situation = { permits: { hasLease: false, isAuditWorking: false } };
    const held = aLeashedView([episode], { policy, situation });
    const message =
      "announced: it would be ended, but this process may not act now: its notice begins once it may";
    expect(told(calm({ situation }), held)).toMatchObject([
      { level: "info", message, fields: { refused_by: ["audit_failing", "no_lease"] } },
    ]);
  });

  test("is told once", () => {
    const announced = aLeashedView([episode], { policy });
    const still = aLeashedView([episode], { policy, before, situation: later });
    expect(messages(announced, still)).toEqual([]);
  });
});

describe("a withdrawal", () => {
  test("says whose session it was, and why, also when that is gone", () => {
    const ended = [{ type: "ended", episode, end: "vanished" }] as const;
    const gone = aLeashedView([], { policy, before, situation: { ...later, ended } });
    expect(told(calm(), gone)).toEqual([
      {
        level: "info",
        message: "announcement withdrawn",
        fields: {
          ...suspectJson("db1", episode),
          ...announcement,
          reason: "vanished",
          why: "the session is gone",
        },
      },
    ]);
  });

  test("of a session of which nothing is remembered names its episode", () => {
    const unknown = aLeashedView([], { policy, before, situation: later });
    const [record] = told(calm(), unknown);
    expect(record?.fields).toMatchObject({
      server: "db1",
      episode: keyOfEpisode(episode),
      reason: "lost_sight",
    });
  });
});

import { describe, expect, test } from "vitest";

import type { EpisodeEnd } from "../../src/classify/episode.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import type { Notice, WithdrawnNotice } from "../../src/decide/plan.ts";
import type { Policy, Rule } from "../../src/decide/policy.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
import { aLeaked, aPolicy, aRule, aSituation, NOW } from "../support/a-case.ts";
import { decided } from "../support/decided.ts";

const episode = aLeaked(7);
const key = keyOfEpisode(episode);
const gone = { openEpisodes: new Map() };

function announcing(rule: Partial<Rule> = {}): Policy {
  return aPolicy({ rules: [aRule({ warnForSeconds: 60, ...rule })] });
}

type SecondLook = {
  readonly suspects?: readonly SessionEpisode[];
  readonly situation?: Parameters<typeof aSituation>[1];
  readonly policy?: Policy;
};

/** What is said ten seconds after the session was announced. */
function noticesAt({
  suspects = [episode],
  situation = {},
  policy = announcing(),
}: SecondLook): readonly Notice[] {
  const { leash } = decided(emptyLeash, aSituation([episode]), { policy: announcing() });
  const look = aSituation(suspects, { nowSeconds: NOW + 10, ...situation });
  return decided(leash, look, { policy }).plan.notices;
}

function withdrawnAt(look: SecondLook): WithdrawnNotice | undefined {
  return noticesAt(look).find((notice) => notice.type === "withdrawn");
}

describe("E10: a withdrawn announcement says whose session it was, and why", () => {
  test.for<readonly [EpisodeEnd, string]>([
    ["vanished", "the session is gone"],
    ["returned", "the session went on"],
    ["terminated", "pgleash ended the session"],
    [
      "lost_sight",
      "nobody knows what became of it meanwhile: sight of the server or of its sessions was lost",
    ],
  ])("one whose episode ended as %s", ([end, why]) => {
    const lastSeen = { ...episode, ageSeconds: 1209 };
    const situation = { ...gone, ended: [{ type: "ended", episode: lastSeen, end }] } as const;
    expect(withdrawnAt({ suspects: [], situation })).toMatchObject({
      reason: end,
      why,
      episode: lastSeen,
      episodeKey: key,
    });
  });

  test("one that was out of sight, and is there again at the same look", () => {
    const ended = [{ type: "ended", episode, end: "lost_sight" }] as const;
    expect(withdrawnAt({ situation: { ended, isTrusted: false } })?.reason).toBe("lost_sight");
  });

  test("one that no detector names though its episode is open: behind a lock or another kind, or by a reload", () => {
    const situation = { openEpisodes: new Map([[key, episode]]) };
    expect(withdrawnAt({ suspects: [], situation })).toMatchObject({
      reason: "hidden",
      why: "its detector does not name it at this look, though its episode goes on",
      episode,
    });
  });

  test("one of which nothing is remembered", () => {
    expect(withdrawnAt({ suspects: [], situation: gone })).toMatchObject({
      reason: "lost_sight",
      episode: null,
      episodeKey: key,
    });
  });

  test("one that a guard spares, in the words of the guard", () => {
    const pause = { reason: "release 7", untilSeconds: null, by: null };
    expect(withdrawnAt({ situation: { permits: { pause } } })).toMatchObject({
      reason: "paused",
      why: "paused: release 7",
      episode,
    });
    const young = { ...episode, severityNow: "suspect" } as const;
    expect(withdrawnAt({ suspects: [young] })).toMatchObject({ reason: "not_leaked", episode: young });
  });

  test("one that the rule no longer matches", () => {
    const policy = announcing({ matches: () => false });
    expect(withdrawnAt({ policy })).toMatchObject({ reason: "unmatched", episode });
  });

  test.for([aPolicy({ rules: [] }), announcing({ name: "another" })])(
    "one whose rule a reload took away: %#",
    (policy) => {
      expect(withdrawnAt({ policy })).toMatchObject({ reason: "rule_gone", episode });
    },
  );

  test.for([{ warnForSeconds: 600 }, { action: "cancel" as const }])(
    "one whose rule a reload changed, which is announced anew: %j",
    (change) => {
      const notices = noticesAt({ policy: announcing(change) });
      expect(notices).toMatchObject([{ type: "withdrawn", reason: "rule_changed" }, { type: "announced" }]);
    },
  );

  test("one that was announced in another mode, which is announced anew", () => {
    expect(noticesAt({ situation: { permits: { isEnforcing: false } } })).toMatchObject([
      {
        type: "withdrawn",
        reason: "mode_changed",
        why: "it was announced in the mode enforce, which no longer holds",
      },
      { type: "announced", announcement: { mode: "dry_run" } },
    ]);
  });
});

test("E10: who was acted on is not withdrawn, also when the mode changes after it", () => {
  const policy = announcing();
  const announced = decided(emptyLeash, aSituation([episode]), { policy });
  const acted = decided(announced.leash, aSituation([episode], { nowSeconds: NOW + 60 }), { policy });
  const dryRun = { nowSeconds: NOW + 70, permits: { isEnforcing: false } };
  const ended = [{ type: "ended", episode, end: "terminated" }] as const;
  const after = decided(acted.leash, aSituation([], { ...dryRun, ended }), { policy });
  expect(after.plan.notices).toEqual([]);
});

test("E10: after a look so late that no limit counts the act any more, it is withdrawn as what it was", () => {
  const policy = announcing();
  const announced = decided(emptyLeash, aSituation([episode]), { policy });
  const acted = decided(announced.leash, aSituation([episode], { nowSeconds: NOW + 60 }), { policy });
  expect(acted.plan.decisions).toMatchObject([{ type: "act" }]);
  const ended = [{ type: "ended", episode, end: "terminated" }] as const;
  const late = aSituation([], { ...gone, nowSeconds: NOW + 60 + 86_400, ended });
  expect(decided(acted.leash, late, { policy }).plan.notices).toMatchObject([
    { type: "withdrawn", reason: "terminated" },
  ]);
});

/** What would refuse the act that is announced. */
function refusalsIn(permits: Parameters<typeof aSituation>[1]): unknown {
  const { plan } = decided(emptyLeash, aSituation([episode], permits), { policy: announcing() });
  return plan.notices.map((notice) => notice.type === "announced" && notice.refusals);
}

describe("E10: a process that may not act announces all the same, and says what refuses it", () => {
  test("one that may act has nothing to say", () => {
    expect(refusalsIn({})).toEqual([[]]);
  });

  test("one without the lease, and with an audit that does not work", () => {
    const permits = { hasLease: false, leaseRefusal: "it is held by pid 17", isAuditWorking: false };
    expect(refusalsIn({ permits })).toMatchObject([
      [
        { reason: "audit_failing" },
        { reason: "no_lease", why: "pgleash has no lease on this server: it is held by pid 17" },
      ],
    ]);
  });

  test("a dry run, which takes no lease, says what else would refuse it", () => {
    const permits = { isEnforcing: false, hasLease: false, canSignal: false };
    expect(refusalsIn({ permits })).toMatchObject([[{ reason: "no_privilege" }]]);
  });
});

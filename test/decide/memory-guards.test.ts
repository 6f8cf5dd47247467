import type { Case } from "../../src/decide/guard.ts";
import { emptyLeash, type Acted, type Announcement } from "../../src/decide/leash.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import type { Target } from "../../src/decide/target.ts";
import type { BackendState } from "../../src/observe/snapshot.ts";
import {
  aCase,
  aLeaked,
  aLeash,
  anEntry,
  aPolicy,
  aRule,
  aSituation,
  noLimits,
  NOW,
} from "../support/a-case.ts";
import { leaked, testGuards, type GuardRow } from "../support/guard-rows.ts";

const key = keyOfEpisode(aLeaked());

const dryRun = aSituation([aLeaked()], { permits: { isEnforcing: false } });

function acted(mode: Acted["mode"], attempts: number, outcome: Acted["outcome"]): Case {
  return aCase(aLeaked(), {
    leash: { ...emptyLeash, acted: new Map([[key, { mode, attempts, outcome }]]) },
  });
}

/** Announced so many seconds ago for a minute later, under a rule that now gives this notice. */
function announcedAgo(
  seconds: number,
  warnForSeconds: number,
  told: Partial<Pick<Announcement, "rule" | "mode" | "action">> = {},
): Case {
  const announcedSeconds = NOW - seconds;
  const announcement: Announcement = {
    rule: "everything",
    mode: "enforce",
    action: "terminate",
    announcedSeconds,
    noticeSinceSeconds: announcedSeconds,
    plannedSeconds: announcedSeconds + 60,
    ...told,
  };
  return aCase(aLeaked(), {
    leash: { ...emptyLeash, announcements: new Map([[key, [announcement]]]) },
    rule: aRule({ warnForSeconds }),
  });
}

/** A long transaction that had moved on so many seconds ago, at the last of these attempts. */
function movedOn(agoSeconds: number, attempts: number, overrides: Partial<Case> = {}): Case {
  const episode = aLeaked(4242, { kind: "long_transaction" });
  const outcome = "moved_on" as const;
  const entry = anEntry({ episode: keyOfEpisode(episode), atSeconds: NOW - agoSeconds, outcome });
  const acts = new Map([[keyOfEpisode(episode), { mode: "enforce" as const, attempts, outcome }]]);
  return aCase(episode, { leash: { ...aLeash(entry), acted: acts }, ...overrides });
}

/** A long transaction in this state, under a rule that goes by it or does not. */
function inState(state: BackendState, goesByState: boolean, mayDeclare = false): Case {
  const matches = goesByState ? (target: Target) => target.state === state : () => true;
  const episode = aLeaked(4242, { kind: "long_transaction", backend: { state }, mayDeclare });
  return aCase(episode, { rule: aRule({ matches }) });
}

const byActive = (target: Target): boolean => target.state === "active";

const coolDown = aPolicy({ limits: { ...noLimits, coolDownSeconds: 600 } });

const rows: readonly GuardRow[] = [
  {
    item: "E20",
    reason: "acted_before",
    passes: [
      aCase(),
      acted("dry_run", 1, null),
      acted("enforce", 1, "not_confirmed"),
      acted("enforce", 1, "failed"),
      // It is back in the very same period: a statement of it ran at the instant of the act.
      acted("enforce", 1, "moved_on"),
      // The server refused, and nothing was sent: the grant may be back.
      acted("enforce", 1, "denied"),
      // It will rest again: given up, it would stay for as long as it lasts.
      movedOn(60, 1),
      movedOn(300, 5),
      movedOn(600, 2, { policy: coolDown }),
    ],
    spares: [
      movedOn(59, 1),
      movedOn(299, 5),
      movedOn(599, 2, { policy: coolDown }),
      // A cancel finds nothing to do there.
      movedOn(3000, 2, { rule: aRule({ action: "cancel" }) }),
      acted("enforce", 2, "not_confirmed"),
      acted("enforce", 2, "failed"),
      acted("enforce", 2, "moved_on"),
      acted("enforce", 2, "denied"),
      acted("enforce", 1, "cancelled"),
      acted("enforce", 1, null),
      { ...acted("dry_run", 1, null), situation: dryRun },
      // To record what would be done would forget what was done.
      { ...acted("enforce", 1, "failed"), situation: dryRun },
    ],
  },
  {
    item: "E10",
    reason: "announced",
    passes: [
      announcedAgo(60, 60),
      aCase(),
      announcedAgo(0, 0, { rule: "another rule" }),
      inState("active", false),
      inState("idle in transaction", true),
      inState("idle in transaction", false, true),
      leaked({ kind: "stale_active", backend: { state: "active" } }, { matches: byActive }),
    ],
    spares: [
      announcedAgo(59, 60),
      leaked({}, { warnForSeconds: 60 }),
      // A reload gives shorter notice: what was announced holds.
      announcedAgo(59, 0),
      // Another rule gave its own, shorter notice.
      announcedAgo(60, 60, { rule: "another rule" }),
      // What a dry run would do, or a milder act, was no notice of this one.
      announcedAgo(60, 60, { mode: "dry_run" }),
      announcedAgo(60, 60, { action: "cancel" }),
      leaked({}, { warnForSeconds: Number.NaN }),
      // What such a rule is for is over once the transaction may be ended.
      inState("active", true),
      // It may say with that statement that it takes long.
      inState("active", false, true),
      inState("fastpath function call", true),
    ],
  },
];

testGuards(rows);

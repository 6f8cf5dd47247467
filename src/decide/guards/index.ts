import type { Guard } from "../guard.ts";
import { actedBefore } from "./acted-before.ts";
import { announced } from "./announced.ts";
import { auditFailing } from "./audit-failing.ts";
import { breakerOpen } from "./breaker-open.ts";
import { budget } from "./budget.ts";
import { dryRun } from "./dry-run.ts";
import { expected } from "./expected.ts";
import { followedTooBriefly } from "./followed-too-briefly.ts";
import { inProgress } from "./in-progress.ts";
import { noLease } from "./no-lease.ts";
import { noPrivilege } from "./no-privilege.ts";
import { notLeaked } from "./not-leaked.ts";
import { outOfTurn } from "./out-of-turn.ts";
import { outsideWindow } from "./outside-window.ts";
import { ownSession } from "./own-session.ts";
import { paused } from "./paused.ts";
import { pooled } from "./pooled.ts";
import { protectedSession } from "./protected.ts";
import { replication } from "./replication.ts";
import { superuser } from "./superuser.ts";
import { tooFewSightings } from "./too-few-sightings.ts";
import { tooLittleHarm } from "./too-little-harm.ts";
import { tooLittlePressure } from "./too-little-pressure.ts";
import { tooMuchWorkAtRisk } from "./too-much-work-at-risk.ts";
import { tooYoung } from "./too-young.ts";
import { unknownSession } from "./unknown-session.ts";
import { untrustedLook } from "./untrusted-look.ts";
import { waitsForLock } from "./waits-for-lock.ts";
import { waitsForStandby } from "./waits-for-standby.ts";
import { wrongServerRole } from "./wrong-server-role.ts";

/** Those that decide whether a leak is announced. They ask first. */
export const guardsBeforeNotice: readonly Guard[] = [
  notLeaked,
  tooYoung,
  tooFewSightings,
  followedTooBriefly,
  unknownSession,
  superuser,
  replication,
  ownSession,
  waitsForStandby,
  waitsForLock,
  inProgress,
  protectedSession,
  expected,
  tooLittleHarm,
  tooLittlePressure,
  tooMuchWorkAtRisk,
  wrongServerRole,
  outsideWindow,
  untrustedLook,
  paused,
  actedBefore,
];

/**
 * What keeps this process from acting on anybody, whoever else may act: while one of these spares, no notice runs, or the
 * act would come in the very look that sees the end of it. The lease is none of them: who takes it over has given notice.
 */
export const guardsOfNotice: readonly Guard[] = [breakerOpen, pooled, noPrivilege, auditFailing];

/** Those that ask once the leak is announced, and its notice may run. */
export const guardsAfterNotice: readonly Guard[] = [announced, outOfTurn, ...budget, noLease, dryRun];

/** All guards, in the order in which they ask. */
export const guards: readonly Guard[] = [...guardsBeforeNotice, ...guardsOfNotice, ...guardsAfterNotice];

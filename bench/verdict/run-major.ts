import { setTimeout } from "node:timers/promises";

import { within, type Lifetime } from "../lifetime.ts";
import { openOwnSession } from "../targets/own-session.ts";
import { declaredPools } from "./declared-pools.ts";
import { labels } from "./labels/labels.ts";
import { fastSeconds, type FastClock } from "./recorder/fast-clock.ts";
import { GAP_SECONDS, record } from "./recorder/record.ts";
import type { Recording } from "./recorder/recording.ts";
import { takePrecedence } from "./precedence.ts";
import { outcomeOf, type Outcome } from "./score/outcome.ts";
import type { Part } from "./stage/cast.ts";
import { startStageServer } from "./stage/server.ts";
import { prepareStage, type Stage } from "./stage/stage.ts";

/** What is played on one major, and for how long by the fast clock. */
export type Play = {
  readonly major: string;
  readonly factor: number;
  readonly minutes: number;
  readonly cast: readonly Part[];
  readonly dumps: boolean;
};

export type Played = {
  readonly major: string;
  readonly version: string;
  readonly looks: number;
  /** How many looks came so late that they could not vouch for the time before. */
  readonly gaps: number;
  readonly outcomes: readonly Outcome[];
  /** The roles whose part cannot be played on this major, and why. */
  readonly notPlayed: ReadonlyMap<string, string>;
  /** What should have played, and did not, or not to the end; and why. */
  readonly failures: readonly string[];
};

/** Plays all scenarios at once on a server of its own, looks at it all the while, and judges what was seen. */
export async function runMajor(lifetime: Lifetime, play: Play): Promise<Played> {
  return await within(lifetime, async (part) => {
    const { major, factor, minutes } = play;
    const minuteSeconds = 60 / factor;
    const server = await startStageServer(part, { major, minuteSeconds });
    const connected = await openOwnSession(part, server);
    const stage = await prepareStage(part, server, { ...play, minuteSeconds });
    const clock: FastClock = { factor, originMicros: Math.round(Date.now() * 1000) };
    let [goesOn, giveBack]: [boolean, () => void] = [true, () => undefined];
    const recording = record(connected, { clock, pools: declaredPools, goesOn: () => goesOn });
    const played = stage.begin().then(() => {
      giveBack = takePrecedence([process.pid, connected.probe.backendPid]);
      return setTimeout(1000 * minutes * minuteSeconds);
    });
    try {
      await Promise.race([played, recording]);
    } finally {
      goesOn = false;
      giveBack();
    }
    return { major, version: server.version, ...judged(await recording, stage, { clock, major }) };
  });
}

function judged(
  recording: Recording,
  stage: Stage,
  { clock, major }: { readonly clock: FastClock; readonly major: string },
): Omit<Played, "major" | "version"> {
  const standing = stage.standing();
  const outcomes = labels.flatMap((label) => {
    const stood = standing.get(label.who.applicationName ?? label.who.usename);
    // What forgets one connection after the other says so at its end: it began with the first.
    const isPool = label.leak?.kind === "pool_overgrown";
    const at = stood === undefined || isPool ? null : fastSeconds(clock, stood.atSeconds);
    return outcomeOf(label, recording, { major, stoodAt: at, pids: stood?.pids ?? null }) ?? [];
  });
  const late = recording
    .slice(1)
    .filter(({ atSeconds }, index) => atSeconds - (recording[index]?.atSeconds ?? atSeconds) > GAP_SECONDS);
  return {
    looks: recording.length,
    gaps: late.length,
    outcomes,
    notPlayed: stage.notPlayed,
    failures: stage.failures(),
  };
}

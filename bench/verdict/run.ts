import { cpus, release, totalmem } from "node:os";

import type { Lifetime } from "../lifetime.ts";
import { tell } from "../progress.ts";
import { labels } from "./labels/labels.ts";
import type { VerdictOptions } from "./options.ts";
import type { VerdictRun } from "./report/report.ts";
import { runMajor, type Play, type Played } from "./run-major.ts";
import { OWN_NAME, type Outcome } from "./score/outcome.ts";
import { isWrong } from "./score/score.ts";
import { cast, quickCast } from "./stage/cast.ts";

/** The longest of the thresholds that are shipped is two hours; half an hour for what shows early. */
const MINUTES = 130;
const QUICK_MINUTES = 35;

/** What a run came to, and what it has to complain of: a sentence each. */
export type VerdictResult = { readonly run: VerdictRun; readonly complaints: readonly string[] };

/** Plays on one major after the other. Everything that is started ends with the lifetime. */
export async function runVerdict(
  lifetime: Lifetime,
  { majors, factor, isQuick }: VerdictOptions,
): Promise<VerdictResult> {
  const play = isQuick
    ? { factor, minutes: QUICK_MINUTES, cast: quickCast, dumps: false }
    : { factor, minutes: MINUTES, cast, dumps: true };
  const played: Played[] = [];
  for (const major of majors) {
    tell(`PostgreSQL ${major}: ${play.minutes} minutes, ${factor} times as fast`);
    played.push(await runMajor(lifetime, { ...play, major }));
  }
  const outcomes = played.flatMap((one) => one.outcomes);
  const missing = played.flatMap((one) => one.missing);
  const notRun = isQuick ? missing : [...missing, ...neverSeen(majors, outcomes)];
  const wrong = outcomes.filter((outcome) => outcome.isSeparable && isWrong(outcome, OWN_NAME));
  return {
    run: { machine: machineOf(played, play), outcomes, notRun },
    complaints: [...missing, ...wrong.map(complaintOf)],
  };
}

function neverSeen(majors: readonly string[], outcomes: readonly Outcome[]): readonly string[] {
  return majors.flatMap((major) => {
    const seen = new Set(outcomes.filter((outcome) => outcome.major === major).map(({ label }) => label));
    return labels.filter((label) => !seen.has(label)).map(({ scenario }) => `${scenario}, on ${major}`);
  });
}

function complaintOf({ label, major, said }: Outcome): string {
  const own = said.get(OWN_NAME);
  const called = own?.as ?? "nothing";
  return `on ${major}, ${label.scenario} is ${label.leak === null ? "honest" : `${label.leak.kind}, ${label.leak.harm}`}, and was called ${called}`;
}

function machineOf(played: readonly Played[], { factor, minutes }: Omit<Play, "major">): readonly string[] {
  const [cpu] = cpus();
  return [
    `${cpus().length} × ${cpu?.model ?? "unknown CPU"}`,
    `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    `Linux ${release()}`,
    `Node.js ${process.versions.node}`,
    `${minutes} minutes on each server, ${factor} times as fast`,
    ...played.map(
      ({ version, looks, longestGapSeconds }) =>
        `PostgreSQL ${version}: ${looks} looks, at most ${longestGapSeconds.toFixed(0)} s apart`,
    ),
  ];
}

import type { Lifetime } from "../lifetime.ts";
import { describeComputer } from "../computer.ts";
import { tell } from "../progress.ts";
import { labels } from "./labels/labels.ts";
import { EVERY_SECONDS, GAP_SECONDS } from "./recorder/record.ts";
import type { VerdictOptions } from "./options.ts";
import type { VerdictRun } from "./report/report.ts";
import { runMajor, type Play, type Played } from "./run-major.ts";
import { OWN_NAME, type Outcome } from "./score/outcome.ts";
import { isWrong } from "./score/score.ts";
import { cast, quickCast } from "./stage/cast.ts";

/** The longest of the thresholds that are shipped is two hours; what shows early needs little more than half an hour. */
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
  const failures = played.flatMap((one) => one.failures);
  const absent = isQuick ? [] : played.flatMap(absentFrom);
  const notRun = [
    ...failures,
    ...absent.map(({ scenario, major, why }) => `${scenario}, on ${major}: ${why ?? "never seen"}`),
  ];
  const unexplained = absent.filter(({ why }) => why === null);
  const wrong = outcomes.filter((outcome) => outcome.isSeparable && isWrong(outcome, OWN_NAME));
  const wronged = outcomes.filter(
    ({ isSeparable, sessions }) => isSeparable && sessions !== null && sessions.wronged > 0,
  );
  return {
    run: { machine: machineOf(played, play), outcomes, notRun, isQuick },
    complaints: [
      ...failures,
      ...unexplained.map(({ scenario, major }) => `on ${major}, ${scenario} was never seen`),
      ...wrong.map(complaintOf),
      ...wronged.map(
        ({ label, major }) => `on ${major}, a session of ${label.scenario} was called leaked that is not`,
      ),
    ],
  };
}

type Absent = { readonly scenario: string; readonly major: string; readonly why: string | null };

/** What has a label and was never seen, and why, where that is known. */
function absentFrom({ major, outcomes, notPlayed }: Played): readonly Absent[] {
  const seen = new Set(outcomes.map(({ label }) => label));
  return labels.flatMap((label) =>
    seen.has(label)
      ? []
      : [{ scenario: label.scenario, major, why: notPlayed.get(label.who.usename) ?? null }],
  );
}

function complaintOf({ label, major, said }: Outcome): string {
  const own = said.get(OWN_NAME);
  const called = own?.as ?? "nothing";
  return `on ${major}, ${label.scenario} is ${label.leak === null ? "honest" : `${label.leak.kind}, ${label.leak.harm}`}, and was called ${called}`;
}

function machineOf(played: readonly Played[], { factor, minutes }: Omit<Play, "major">): readonly string[] {
  return [
    ...describeComputer(),
    `${minutes} minutes on each server, ${factor} times as fast, with a look every ${EVERY_SECONDS} s`,
    ...played.map(
      ({ version, looks, gaps }) =>
        `PostgreSQL ${version}: ${looks} looks, ${gaps} of them more than ${GAP_SECONDS} s after the one before`,
    ),
  ];
}

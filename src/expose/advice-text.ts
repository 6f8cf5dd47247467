import type { Advice, ApplicationAdvice, RoleAdvice } from "../advise/advice.ts";
import { alterRole } from "../advise/alter-role.ts";
import type { Counterfactual } from "../advise/counterfactual.ts";
import type { History } from "../advise/history.ts";
import { writtenDuration } from "../advise/setting-value.ts";
import type { SizeAdvice } from "../advise/pool-advice.ts";
import type { ThresholdAdvice } from "../advise/threshold-advice.ts";
import { formatAge } from "../readable-time.ts";
import { timeText } from "../time-text.ts";
import { alignedTable, type TextColumn } from "./aligned-table.ts";
import { columnOf, declaredPoolLines, useColumns } from "./pool-advice-text.ts";

/** The advice for one server as lines for a person. Names of users stand in it: the text is untrusted. */
export function adviceLines(server: string, advice: Advice): readonly string[] {
  return [...adviceParts(server, advice)].flat();
}

/** The same lines, in parts none of which takes long to make. */
export function* adviceParts(server: string, advice: Advice): Generator<readonly string[], void> {
  if (advice.history.looks === 0) {
    yield [`${server}: no look yet`];
    return;
  }
  yield basisOf(advice).map((text) => `${server}: ${text}`);
  yield titled("Periods idle in a transaction, by application", periodTable(advice));
  for (const role of advice.roles) if (hasPeriods(role.periods)) yield roleLines(role);
  yield calmRoles(advice);
  yield titled("Sessions at once, by application, over all of its clients", poolTable(advice));
  yield titled("Declared pools, and what was seen of them", declaredPoolLines(advice.pools));
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines];
}

function basisOf({ history, knownFromSeconds, ...folded }: Advice): readonly string[] {
  const { looks, fromSeconds, toSeconds, watchedSeconds, returnedFromSeconds } = history;
  const span = `${timeText(fromSeconds)} to ${timeText(toSeconds)}`;
  return [
    `${plural(looks, "look")}, ${span}, which vouch for ${formatAge(watchedSeconds)}`,
    returnedFromSeconds === Infinity
      ? "looks return no session that is idle in a transaction: that detector is off"
      : `sampled: no idle period below ${age(returnedFromSeconds)} is known, and every one from ${age(knownFromSeconds)} on${outsideGaps(history)}`,
    ...doubts(history),
    ...(folded.foldedApplicationPeriods > 0
      ? [
          `${plural(folded.foldedApplicationPeriods, "period")} of further applications are counted with their roles alone`,
        ]
      : []),
    ...(folded.foldedRolePeriods > 0
      ? [`${plural(folded.foldedRolePeriods, "period")} of further roles are not shown`]
      : []),
  ];
}

function outsideGaps({ lostSight }: History): string {
  return lostSight > 0 ? ` outside of ${plural(lostSight, "gap")}` : "";
}

function doubts({ lostSight, hiddenLooks, cutLooks }: History): readonly string[] {
  return [
    ...(lostSight > 0
      ? [
          `sight was lost ${plural(lostSight, "time")}: how periods ended meanwhile is not known, and UNKNOWN ones lasted at least as counted`,
        ]
      : []),
    ...(hiddenLooks > 0
      ? [`at ${plural(hiddenLooks, "look")} sessions were hidden: all counts are too low (GRANT pg_monitor)`]
      : []),
    ...(cutLooks > 0 ? [`${plural(cutLooks, "look")} left sessions out: counts may be too low`] : []),
  ];
}

const holderColumns: readonly TextColumn<ApplicationAdvice>[] = [
  { title: "APPLICATION", text: ({ holder }) => holder.applicationName ?? "" },
  { title: "ROLE", text: ({ holder }) => holder.usename ?? "" },
  { title: "DATABASE", text: ({ holder }) => holder.datname ?? "" },
];

const periodColumns: readonly TextColumn<ApplicationAdvice>[] = [
  ...holderColumns,
  { title: "WENT ON", isNumber: true, text: ({ periods }) => String(periods.returned) },
  { title: "MEDIAN", isNumber: true, text: ({ periods }) => ageOrNothing(periods.medianSeconds) },
  { title: "P99", isNumber: true, text: ({ periods }) => ageOrNothing(periods.p99Seconds) },
  { title: "LONGEST", isNumber: true, text: ({ periods }) => ageOrNothing(periods.longestSeconds) },
  { title: "GONE", isNumber: true, text: ({ periods }) => String(periods.vanished) },
  { title: "LONGEST GONE", isNumber: true, text: ({ periods }) => ageOrNothing(periods.longestGoneSeconds) },
  { title: "UNKNOWN", isNumber: true, text: ({ periods }) => String(periods.lostSight) },
  { title: "OPEN", isNumber: true, text: ({ periods }) => String(periods.stillOpen) },
  { title: "LEAKED_AFTER", isNumber: true, text: ({ leakedAfter }) => thresholdCell(leakedAfter) },
];

function periodTable({ applications }: Advice): readonly string[] {
  const shown = applications.filter(({ periods }) => hasPeriods(periods));
  return alignedTable(periodColumns, shown);
}

function hasPeriods(periods: ApplicationAdvice["periods"]): boolean {
  return periods.returned + periods.vanished + periods.lostSight + periods.stillOpen > 0;
}

function thresholdCell(advice: ThresholdAdvice): string {
  return advice.type === "advised" ? age(advice.seconds) : "?";
}

const timeoutColumns: readonly TextColumn<Counterfactual>[] = [
  { title: "TIMEOUT", isNumber: true, text: ({ afterSeconds }) => writtenDuration(afterSeconds) },
  { title: "FIRED", isNumber: true, text: firedCell },
  { title: "WENT ON", isNumber: true, text: ({ returned }) => String(returned) },
  { title: "GONE", isNumber: true, text: ({ vanished }) => String(vanished) },
  { title: "UNKNOWN", isNumber: true, text: ({ lostSight }) => String(lostSight) },
  { title: "OPEN", isNumber: true, text: ({ stillOpen }) => String(stillOpen) },
  { title: "PROTECTED", isNumber: true, text: ({ onProtected }) => String(onProtected) },
];

function firedCell({ fired, surelyFired }: Counterfactual): string {
  return fired === surelyFired ? String(fired) : `${surelyFired} to ${fired}`;
}

function roleLines({ usename, timeout, counterfactuals }: RoleAdvice): readonly string[] {
  const firing = counterfactuals.filter(({ fired }) => fired > 0);
  const calm = counterfactuals.slice(firing.length, firing.length + 1);
  return [
    "",
    `Role ${usename}, by how often a timeout would have fired:`,
    ...alignedTable(timeoutColumns, [...firing, ...calm]),
    timeoutLine(usename, timeout),
  ];
}

function timeoutLine(usename: string, timeout: ThresholdAdvice): string {
  return timeout.type === "advised"
    ? alterRole(usename, timeout.seconds)
    : `-- no advice for ${usename}: ${timeout.why}`;
}

/** More than anybody reads; the JSON has all. */
const MOST_CALM_ROLES = 50;

function calmRoles({ roles, history }: Advice): readonly string[] {
  const calm = roles.filter(({ periods }) => !hasPeriods(periods));
  if (calm.length === 0 || history.returnedFromSeconds === Infinity) return [];
  const more = calm.length - MOST_CALM_ROLES;
  return [
    "",
    `Roles of which no idle period of ${age(history.returnedFromSeconds)} was seen:`,
    ...calm.slice(0, MOST_CALM_ROLES).map(({ usename, timeout }) => timeoutLine(usename, timeout)),
    ...(more > 0 ? [`-- and ${plural(more, "role")} more`] : []),
  ];
}

const poolColumns: readonly TextColumn<ApplicationAdvice>[] = [
  ...holderColumns,
  ...useColumns.map((column) => columnOf(column, ({ pool }: ApplicationAdvice) => pool)),
  { title: "POOL SIZE", isNumber: true, text: ({ pool: { size } }) => sizeCell(size) },
];

function sizeCell(size: SizeAdvice): string {
  return size.type === "advised" ? String(size.sessions) : "?";
}

function poolTable({ applications }: Advice): readonly string[] {
  return alignedTable(
    poolColumns,
    applications.filter(({ pool }) => pool.mostHeld > 0),
  );
}

function ageOrNothing(seconds: number | null): string {
  return seconds === null ? "" : age(seconds);
}

function age(seconds: number): string {
  return formatAge(seconds);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

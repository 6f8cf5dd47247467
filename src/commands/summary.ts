import { sessionsIn, suspectBackends, suspectPools } from "../expose/aggregate.ts";
import type { Report } from "../expose/report.ts";
import { counted } from "./counted.ts";
import type { Looked } from "./looked.ts";

/**
 * What single looks found, in one sentence. A server that could not be looked at is not calm: the sentence says so, also
 * to who reads standard output only.
 */
export function summary(looked: readonly Looked[]): string {
  const reports = looked.flatMap(({ view }) => view.report ?? []);
  const hidden = sum(reports, ({ snapshot }) => snapshot.coverage.hiddenSessions);
  const unseen = looked.length - reports.length;
  return [
    ...(reports.length === 0 ? [] : [suspected(looked, reports)]),
    ...(hidden > 0 ? [`${hidden} hidden from us`] : []),
    ...(unseen > 0 ? [`${unseen} of ${counted(looked.length, "server")} could not be looked at`] : []),
  ].join("; ");
}

function suspected(looked: readonly Looked[], reports: readonly Report[]): string {
  const sessions = sum(reports, ({ snapshot }) => sessionsIn(snapshot.groups));
  const found = sum(reports, (report) => suspectBackends(report).length);
  const overgrown = sum(reports, (report) => suspectPools(report).length);
  const prepared = sum(reports, ({ suspects }) => suspects.length) - found - overgrown;
  const pools = overgrown + sum(looked, ({ above }) => above.length);
  const parts = [
    `${found} of ${counted(sessions, "session")}`,
    ...(prepared > 0 ? [counted(prepared, "prepared transaction")] : []),
    ...(pools > 0 ? [counted(pools, "pool")] : []),
  ];
  const last = parts.length > 1 ? ` and ${parts.at(-1)}` : "";
  return `${parts.slice(0, Math.max(1, parts.length - 1)).join(", ")}${last} suspected`;
}

function sum<Item>(items: readonly Item[], count: (item: Item) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}

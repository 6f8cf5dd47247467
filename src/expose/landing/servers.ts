import { formatSecondOfDay } from "../../readable-time.ts";
import { timeText } from "../../time-text.ts";
import { sessionsIn } from "../aggregate.ts";
import type { Report } from "../report.ts";
import type { ServerView } from "../view.ts";
import { levelOf, suspectCount } from "./condition.ts";
import { andMore, FEW_ROWS, foldedList, MOST_ROWS } from "./folded.ts";
import { bounded, html, nothing, type Html } from "./html.ts";
import { slotsMeter } from "./slots-meter.ts";
import { table, type Column } from "./table.ts";

/** What a server, or somebody on the way to it, says of itself fits a paragraph. */
const LONGEST_MESSAGE = 300;

/** The servers and how they are. Where there are many, only those that ask for attention take a row. */
export function serversSection(servers: readonly ServerView[], isUnfolded: boolean): Html {
  const isFew = servers.length <= FEW_ROWS;
  const inTable = isFew ? servers : servers.filter((server) => !isCalm(server));
  const inList = isFew ? [] : servers.filter(isCalm);
  const title = `${inList.length} calm ${inList.length === 1 ? "server" : "servers"}`;
  return html`<h2>Servers</h2>
    ${inTable.length === 0 ? nothing : table({ caption: "Servers", rowClass: levelOf }, columns, inTable.slice(0, MOST_ROWS))}
    ${andMore(inTable.length - MOST_ROWS)} ${foldedList(title, inList.map(calmText), isUnfolded)}`;
}

function calmText({ server, report }: ServerView): Html {
  return report === null
    ? bounded(server)
    : html`<b>${bounded(server)}</b> ${sessionsIn(report.snapshot.groups)} sessions, ${slotsText(report)}
        slots`;
}

const columns: readonly Column<ServerView>[] = [
  { title: "Server", cell: ({ server }) => bounded(server) },
  { title: "State", cell: stateCell },
  { title: "PostgreSQL", cell: versionCell },
  {
    title: "Sessions",
    isNumber: true,
    cell: ({ report }) => html`${report === null ? "" : sessionsIn(report.snapshot.groups)}`,
  },
  { title: "Slots", isNumber: true, cell: ({ report }) => (report === null ? nothing : slotsCell(report)) },
  {
    title: "Suspects",
    cell: (server) => html`${server.report === null ? "" : (suspectCount([server]) ?? "none")}`,
  },
];

function stateCell(server: ServerView): Html {
  const { report, failure, lastSuccessSeconds } = server;
  if (failure !== null) {
    const since = lastSuccessSeconds === null ? "never seen" : `last look ${timeText(lastSuccessSeconds)}`;
    return html`<span class="badge incident">down</span> (${failure.reason}):
      ${bounded(failure.message, LONGEST_MESSAGE)}; <small>${since}</small>`;
  }
  if (report === null) return html`<span class="badge unknown">not looked at yet</span>`;
  const asOf =
    lastSuccessSeconds === null
      ? nothing
      : html` <small>as of ${formatSecondOfDay(lastSuccessSeconds)}</small>`;
  return html`<span class="badge calm">up</span>${asOf}${shortcomings(report, server)}`;
}

/** What could not be seen, though the server answered. */
function shortcomings({ snapshot }: Report, { evidenceFailure }: ServerView): readonly Html[] {
  const { hiddenSessions, candidatesCut } = snapshot.coverage;
  return [
    ...(hiddenSessions > 0 ? [html`<p>${hiddenSessions} sessions hidden: grant pg_monitor</p>`] : []),
    ...(candidatesCut > 0 ? [html`<p>${candidatesCut} sessions too many to be read one by one</p>`] : []),
    ...(evidenceFailure === null
      ? []
      : [html`<p>no evidence: ${bounded(evidenceFailure, LONGEST_MESSAGE)}</p>`]),
  ];
}

function versionCell({ probe, report }: ServerView): Html {
  const standby = report?.snapshot.standby === true ? html` <small>standby</small>` : nothing;
  return probe === null ? nothing : html`${bounded(probe.versionText)}${standby}`;
}

function slotsCell(report: Report): Html {
  return html`${slotsText(report)} ${slotsMeter(report.slots)}`;
}

function slotsText({ slots }: Report): string {
  return `${slots.used} of ${slots.limit}`;
}

function isCalm(server: ServerView): boolean {
  return levelOf(server) === "calm";
}

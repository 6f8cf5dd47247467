import { printable } from "../printable.ts";
import { formatSecondOfDay } from "../readable-time.ts";
import { sessionsIn } from "./aggregate.ts";
import { leashSentence } from "./leash-sentence.ts";
import { outlook } from "./outlook.ts";
import type { Report } from "./report.ts";
import { rankedSuspects, suspectColumns } from "./suspect-columns.ts";
import type { ServerView, View } from "./view.ts";

/** What the page links to: the metrics, wherever they are, and the API, unless it is turned off. */
export type LandingLinks = { readonly metricsPath: string; readonly hasApi: boolean };

/** The page at `/`: which servers are watched, how they are, and who leaks how fast. No script, no foreign asset. */
export function landingPage(view: View, { metricsPath, hasApi }: LandingLinks): string {
  const suspects = rankedSuspects(view.servers);
  const columns = suspectColumns(view.servers);
  const titles = columns.map(({ title }) => title);
  const suspectRows = suspects.map((row) => columns.map((column) => ({ text: column.text(row) })));
  const api = hasApi ? '<a href="/api/v1/suspects">Suspects as JSON</a> · ' : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="10"><title>pgleash</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem}table{border-collapse:collapse;margin:1rem 0}
th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #ccc}th{font-weight:600}.bad{color:#b00020}</style></head>
<body><h1>pgleash ${escaped(view.version)}</h1>
<p><a href="${escaped(metricsPath)}">Metrics</a> · ${api}<a href="/-/ready">Ready?</a></p>
${view.reload.successful ? "" : reloadFailure}<h2>Servers</h2>${serverTable(view)}
<h2>Suspects</h2>${list(outlook(view.servers))}${suspects.length === 0 ? noSuspects(view.servers) : `${table(titles, suspectRows)}${legend}`}</body></html>
`;
}

const serverTitles = ["Server", "State", "PostgreSQL", "Sessions", "Slots", "Suspects"];

/** What the leash of each server is at, where any has rules. */
function serverTable({ servers, isEnforceFlagged }: View): string {
  const leashes = servers.map(({ report }) => report?.leash ?? null);
  const rows = servers.map(serverRow);
  if (leashes.every((leash) => leash === null)) return table(serverTitles, rows);
  const sentences = leashes.map((leash) =>
    leash === null ? "" : leashSentence(leash, { isEnforceFlagged }),
  );
  return table(
    [...serverTitles, "Leash"],
    rows.map((row, index) => [...row, { text: sentences[index] ?? "" }]),
  );
}

/** Whoever changed the file believes that it holds. */
const reloadFailure =
  '<p class="bad">The configuration could not be reloaded: the last good one holds. The log says what is wrong.</p>\n';

/** A cell of a table; what is bad stands out. */
type Cell = { readonly text: string; readonly isBad?: boolean };

function serverRow(view: ServerView): readonly Cell[] {
  const { server, report, failure, probe } = view;
  const version = probe?.versionText ?? "";
  const state = { text: report === null ? whyNot(view) : stateText(report, view), isBad: failure !== null };
  return [{ text: server }, state, { text: version }, ...numbers(report).map((text) => ({ text }))];
}

/** Sessions, slots and suspects: nothing where nothing is known. */
function numbers(report: Report | null): readonly string[] {
  if (report === null) return ["", "", ""];
  const { slots, snapshot, suspects } = report;
  return [String(sessionsIn(snapshot.groups)), `${slots.used} of ${slots.limit}`, String(suspects.length)];
}

function stateText({ snapshot }: Report, { evidenceFailure, lastSuccessSeconds }: ServerView): string {
  const hidden = snapshot.coverage.hiddenSessions;
  return [
    "up",
    ...(lastSuccessSeconds === null ? [] : [`as of ${formatSecondOfDay(lastSuccessSeconds)}`]),
    ...(hidden > 0 ? [`${hidden} sessions hidden: grant pg_monitor`] : []),
    ...(evidenceFailure === null ? [] : [`no evidence: ${evidenceFailure}`]),
  ].join(", ");
}

function whyNot({ failure, lastSuccessSeconds }: ServerView): string {
  if (failure === null) return "not looked at yet";
  const since =
    lastSuccessSeconds === null ? "never seen" : `last look ${formatSecondOfDay(lastSuccessSeconds)}`;
  return `down (${failure.reason}): ${failure.message}; ${since}`;
}

/** Of servers that did not answer, an empty list proves nothing. */
function noSuspects(servers: readonly ServerView[]): string {
  const answered = servers.filter(({ report }) => report !== null).length;
  if (answered === servers.length) return "<p>None.</p>";
  if (answered === 0) return '<p class="bad">Unknown: no server could be looked at.</p>';
  return `<p>None on the ${answered} ${answered === 1 ? "server" : "servers"} that answered (of ${servers.length}).</p>`;
}

const legend =
  "<p>Harm: blocks N: so many sessions wait for it. vacuum N: it holds back vacuum by so many transactions. ddl: it would hold up a schema change. slot: it takes a connection slot.</p>";

function list(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("\n")}</ul>`;
}

function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = titles.map((title) => `<th>${escaped(title)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

function cell({ text, isBad = false }: Cell): string {
  return `<td${isBad ? ' class="bad"' : ""}>${escaped(text)}</td>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

import { printable } from "../printable.ts";
import { sessionsIn } from "./aggregate.ts";
import { leashSentence } from "./leash-sentence.ts";
import { outlook } from "./outlook.ts";
import { rankedSuspects, suspectColumns } from "./suspect-columns.ts";
import type { ServerView, View } from "./view.ts";

/** What the page links to: the metrics, wherever they are, and the API, unless it is turned off. */
export type LandingLinks = { readonly metricsPath: string; readonly hasApi: boolean };

/** The page at `/`: which servers are watched, how they are, and who leaks how fast. No script, no foreign asset. */
export function landingPage(view: View, { metricsPath, hasApi }: LandingLinks): string {
  const suspects = rankedSuspects(view.servers);
  const columns = suspectColumns(view.servers);
  const titles = columns.map(({ title }) => title);
  const suspectRows = suspects.map((row) => columns.map((column) => column.text(row)));
  const api = hasApi ? '<a href="/api/v1/suspects">Suspects as JSON</a> · ' : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>pgleash</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem}table{border-collapse:collapse;margin:1rem 0}
th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #ccc}th{font-weight:600}.bad{color:#b00020}</style></head>
<body><h1>pgleash ${escaped(view.version)}</h1>
<p><a href="${escaped(metricsPath)}">Metrics</a> · ${api}<a href="/-/ready">Ready?</a></p>
${view.reload.successful ? "" : reloadFailure}<h2>Servers</h2>${serverTable(view.servers)}
<h2>Suspects</h2>${list(outlook(view.servers))}${suspects.length === 0 ? "<p>None.</p>" : table(titles, suspectRows)}</body></html>
`;
}

const serverTitles = ["Server", "State", "PostgreSQL", "Sessions", "Slots", "Suspects"];

/** What the leash of each server is at, where any has rules. */
function serverTable(servers: readonly ServerView[]): string {
  const leashes = servers.map(({ report }) => report?.leash ?? null);
  const rows = servers.map(serverRow);
  if (leashes.every((leash) => leash === null)) return table(serverTitles, rows);
  const sentences = leashes.map((leash) => (leash === null ? "" : leashSentence(leash)));
  return table(
    [...serverTitles, "Leash"],
    rows.map((row, index) => [...row, sentences[index] ?? ""]),
  );
}

/** Whoever changed the file believes that it holds. */
const reloadFailure =
  '<p class="bad">The configuration could not be reloaded: the last good one holds. The log says what is wrong.</p>\n';

function serverRow({ server, report, failure, evidenceFailure, probe }: ServerView): readonly string[] {
  const version = probe?.versionText ?? "";
  if (report === null) return [server, whyNot(failure), version, "", "", ""];
  const { slots, snapshot, suspects } = report;
  const { groups, coverage } = snapshot;
  const hidden = coverage.hiddenSessions;
  const state = [
    "up",
    ...(hidden > 0 ? [`${hidden} sessions hidden: grant pg_monitor`] : []),
    ...(evidenceFailure === null ? [] : [`no evidence: ${evidenceFailure}`]),
  ];
  const used = `${slots.used} of ${slots.limit}`;
  return [server, state.join(", "), version, String(sessionsIn(groups)), used, String(suspects.length)];
}

function whyNot(failure: ServerView["failure"]): string {
  return failure === null ? "not looked at yet" : `down (${failure.reason}): ${failure.message}`;
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("\n")}</ul>`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th>${escaped(title)}</th>`).join("");
  const body = rows
    .map((row) => `<tr>${row.map((text) => `<td>${escaped(text)}</td>`).join("")}</tr>`)
    .join("\n");
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
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

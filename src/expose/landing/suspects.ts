import { holderOf } from "../../classify/holder.ts";
import { formatAge } from "../../readable-time.ts";
import { decisionText } from "../decision-text.ts";
import { originOf } from "../origin.ts";
import {
  applicationText,
  clientText,
  harmText,
  rankedSuspects,
  subjectText,
  type ServerSuspect,
} from "../suspect-columns.ts";
import type { SuspectDecision } from "../suspect-decision.ts";
import type { ServerView } from "../view.ts";
import { bounded, html, nothing, type Html } from "./html.ts";
import { docsUrl } from "./links.ts";
import { table, type Column } from "./table.ts";

/** So many fill several screens; in an incident that makes more, the worst of them come first. */
const MOST_SUSPECTS = 100;

/** Enough of a statement to know it by. */
const LONGEST_STATEMENT = 200;

export type SuspectsOptions = {
  /** Statements are shown where the API shows them, and whoever turned that off does not want them here. */
  readonly hasApi: boolean;
};

/** Who is suspected, the worst first: who it is, what is wrong with it, whom it harms, for how long, and what is done. */
export function suspectsSection(servers: readonly ServerView[], options: SuspectsOptions): Html {
  const suspects = rankedSuspects(servers);
  if (suspects.length === 0)
    return html`<h2>Suspects</h2>
      <p>${noSuspects(servers)}</p>`;
  const shown = suspects.slice(0, MOST_SUSPECTS);
  const more = suspects.length - shown.length;
  return html`<h2>Suspects</h2>
    ${table(
      { caption: "Suspects, the worst first", rowClass: ({ suspect }) => suspect.severity },
      columnsFor(servers, options),
      shown,
    )}
    ${more > 0 ? html`<p>And ${more} more${options.hasApi ? ": the JSON lists all of them" : ""}.</p>` : nothing}
    <p class="note">
      Harm: <b>blocks N</b>: so many sessions wait for it. <b>vacuum N</b>: it holds back vacuum by so many
      transactions. <b>ddl</b>: it would hold up a schema change. <b>slot</b>: it takes a connection slot.
    </p>`;
}

/** Of servers that did not answer, an empty list proves nothing. */
function noSuspects(servers: readonly ServerView[]): string {
  const answered = servers.filter(({ report }) => report !== null).length;
  if (answered === servers.length) return "None.";
  if (answered === 0) return "Unknown: no server could be looked at.";
  return `None on the ${answered} ${answered === 1 ? "server" : "servers"} that answered (of ${servers.length}).`;
}

function columnsFor(
  servers: readonly ServerView[],
  options: SuspectsOptions,
): readonly Column<ServerSuspect>[] {
  const isOneOfMany = servers.length > 1;
  const hasRules = servers.some(({ report }) => report !== null && report.leash !== null);
  return [
    { title: "Suspect", cell: (row) => subjectCell(row, isOneOfMany) },
    { title: "Verdict", cell: verdictCell },
    {
      title: "Harm",
      cell: ({ suspect }) => html`<span class="harm ${suspect.harm.level}">${harmText(suspect.harm)}</span>`,
    },
    { title: "For", isNumber: true, cell: ({ suspect }) => html`${formatAge(suspect.ageSeconds)}` },
    ...(hasRules ? [{ title: "Leash", cell: leashCell }] : []),
    { title: "Held by", cell: (row) => holderCell(row, options) },
  ];
}

function subjectCell({ server, suspect }: ServerSuspect, isOneOfMany: boolean): Html {
  const application = applicationText(suspect);
  const name = application === "" ? html`<i>no application name</i>` : html`<b>${bounded(application)}</b>`;
  const where = isOneOfMany ? html` on ${bounded(server)}` : nothing;
  return html`${name} <small>${bounded(subjectText(suspect))}${where}</small>`;
}

function verdictCell({ suspect }: ServerSuspect): Html {
  const { severity, kind, certainty, sightings } = suspect;
  const docs = docsUrl(`docs/detectors/${kind}.md`);
  return html`<span class="badge ${severity}">${severity}</span> <a href="${docs}">${inWords(kind)}</a>
    <small>sure: ${certainty}, seen ${sightings}x</small>`;
}

function leashCell({ decision }: ServerSuspect): Html {
  if (decision === null) return html`<small>no rules here</small>`;
  const { rule } = decision.decision;
  const ruleName = rule === null ? nothing : html` <small>rule ${bounded(rule.name)}</small>`;
  return html`${doneText(decision)}${ruleName}`;
}

/** What was done, or why nothing was. */
function doneText(decision: SuspectDecision): string {
  const text = decisionText(decision);
  const isAnnounced = decision.decision.type === "spare" && decision.decision.reason === "announced";
  return decision.decision.type === "act" || isAnnounced ? text : `spared: ${text}`;
}

/** What is unknown, or empty, is left out. */
function holderCell({ suspect }: ServerSuspect, { hasApi }: SuspectsOptions): Html {
  const { usename, datname } = holderOf(suspect);
  const origin = originOf(suspect.commentKeys);
  const facts = [
    ["role", usename],
    ["database", datname],
    ["client", clientText(suspect)],
    [origin?.name ?? "", origin?.text],
  ] as const;
  const known = facts.flatMap(([name, text]) =>
    text ? [html`<span><small>${name}</small> ${bounded(text)}</span>`] : [],
  );
  const { redactedStatement } = suspect;
  const statement = hasApi ? redactedStatement : null;
  return html`<span class="facts">${known}</span>${
      statement === null ? nothing : html`<code>${bounded(statement, LONGEST_STATEMENT)}</code>`
    }`;
}

function inWords(kind: string): string {
  return kind.replaceAll("_", " ");
}

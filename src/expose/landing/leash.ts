import { leashPhrases, type LeashPhrases } from "../leash-sentence.ts";
import type { LeashReport } from "../report.ts";
import type { ServerView, View } from "../view.ts";
import { andMore, FEW_ROWS, foldedList, MOST_ROWS } from "./folded.ts";
import { bounded, html, nothing, type Html } from "./html.ts";
import { table, type Column } from "./table.ts";

/** A pause has a reason of any length, and a breaker tells of a holder. */
const LONGEST_PHRASE = 400;

type Leashed = { readonly server: string; readonly phrases: LeashPhrases | null };

/** Whether anybody is ended, what stands in the way, and how much was done lately. */
export function leashSection({ servers, isEnforceFlagged }: View, isUnfolded: boolean): Html {
  const leashed = servers.flatMap((view) => leashedOf(view, isEnforceFlagged));
  if (leashed.length === 0)
    return html`<h2>Leash</h2>
      <p>There are no rules: pgleash only watches, and ends nobody.</p>`;
  const isFew = leashed.length <= FEW_ROWS;
  const inTable = isFew ? leashed : leashed.filter((row) => !isFree(row));
  const inList = isFew ? [] : leashed.filter(isFree);
  const title = `${inList.length} ${inList.length === 1 ? "server" : "servers"} with nothing in the way`;
  const options = { caption: "What may be done on each server", rowClass };
  return html`<h2>Leash</h2>
    ${inTable.length === 0 ? nothing : table(options, columns, inTable.slice(0, MOST_ROWS))}
    ${andMore(inTable.length - MOST_ROWS)} ${foldedList(title, inList.map(freeText), isUnfolded)}`;
}

/** A server without rules has none; one that has some, but was not seen by them, has an unknown one. */
function leashedOf({ server, report, policy }: ServerView, isEnforceFlagged: boolean): readonly Leashed[] {
  const leash: LeashReport | null = report?.leash ?? null;
  if (leash !== null) return [{ server, phrases: leashPhrases(leash, { isEnforceFlagged }) }];
  return policy.rules.length > 0 ? [{ server, phrases: null }] : [];
}

/** Whether what its mode says is all there is to say. */
function isFree({ phrases }: Leashed): boolean {
  return phrases?.obstacles.length === 0;
}

function rowClass(row: Leashed): string {
  return isFree(row) ? "calm" : "warning";
}

function freeText({ server, phrases }: Leashed): Html {
  return html`<b>${bounded(server)}</b> ${[phrases?.mode, ...(phrases?.counts ?? [])].join("; ")}`;
}

const columns: readonly Column<Leashed>[] = [
  { title: "Server", cell: ({ server }) => bounded(server) },
  {
    title: "Mode",
    cell: ({ phrases }) =>
      html`${phrases === null ? "nothing is done while no look succeeds" : phrases.mode}`,
  },
  { title: "In the way", cell: obstacleCell },
  {
    title: "Done",
    cell: ({ phrases }) => html`${(phrases?.counts ?? []).map((text) => html`<p>${text}</p>`)}`,
  },
];

function obstacleCell({ phrases }: Leashed): Html {
  if (phrases === null) return nothing;
  if (phrases.obstacles.length === 0) return html`nothing: no pause, and the breaker is closed`;
  return html`${phrases.obstacles.map((text) => html`<p>${bounded(text, LONGEST_PHRASE)}</p>`)}`;
}

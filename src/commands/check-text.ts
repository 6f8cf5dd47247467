import { holderOf } from "../classify/holder.ts";
import { originOf } from "../expose/origin.ts";
import { clientText, harmText, subjectText } from "../expose/suspect-columns.ts";
import type { Checked } from "../leak-check/check-command.ts";
import type { Leak, LeakWay } from "../leak-check/leak.ts";
import { printable } from "../printable.ts";
import { formatAge } from "../readable-time.ts";
import { counted } from "./counted.ts";
import { withoutOrders } from "./without-orders.ts";

/** What a person must know to read the report. */
export type CheckPlace = { readonly server: string; readonly tag: string | null };

/** What a check found, for people: each leak with all that tells who left it, and a sentence at the end. */
export function checkText(checked: Checked, place: CheckPlace): readonly string[] {
  const { leaks, run } = checked;
  const more = run.hasMoreLeaks ? ["", "  and more"] : [];
  const list = leaks.flatMap((leak, index) => ["", ...leakLines(leak, index + 1)]);
  return [
    ...(leaks.length > 0 ? [`pgleash: leaked at ${place.server}:`, ...list, ...more, ""] : []),
    ...warningsOf(checked, place).map((warning) => `pgleash: warning: ${warning}`),
    `pgleash: ${verdictOf(checked)}`,
  ].map((line) => withoutOrders(printable(line)));
}

/** One leak in one line, as for an annotation. */
export function leakSentence({ way, suspect }: Leak): string {
  const { applicationName, datname, usename } = holderOf(suspect);
  const named = applicationName === null || applicationName === "" ? subjectText(suspect) : applicationName;
  return `${named}: ${suspect.kind}, ${wayText(way, suspect.ageSeconds)} (role ${usename ?? "?"}, database ${datname ?? "?"})`;
}

function leakLines(leak: Leak, number: number): readonly string[] {
  const { way, suspect } = leak;
  const { applicationName, datname, usename } = holderOf(suspect);
  const origin = originOf(suspect.commentKeys);
  const facts: readonly (readonly [name: string, text: string])[] = [
    ["application", applicationName === "" || applicationName === null ? "(none)" : applicationName],
    [
      "session",
      [
        subjectText(suspect),
        `role ${usename ?? "?"}`,
        `database ${datname ?? "?"}`,
        // Of a prepared transaction PostgreSQL keeps none.
        ...("prepared" in suspect ? [] : [`client ${clientText(suspect)}`]),
      ].join(", "),
    ],
    ...("backend" in suspect
      ? [["state", suspect.backend.state] as const, ["query id", queryIdText(suspect.backend)] as const]
      : []),
    ...(suspect.redactedStatement === null ? [] : [["statement", suspect.redactedStatement] as const]),
    ...(origin === null ? [] : [["origin", origin.text] as const]),
    ["harm", harmText(suspect.harm)],
  ];
  return [
    `  ${number}. ${suspect.kind}: ${wayText(way, suspect.ageSeconds)}`,
    ...facts.map(([name, text]) => `     ${name.padEnd(13)}${text}`),
  ];
}

function wayText(way: LeakWay, ageSeconds: number): string {
  const age = formatAge(ageSeconds);
  const texts: Readonly<Record<LeakWay, string>> = {
    untouched: `not used for ${age} while the command ran`,
    held: `idle in its transaction for ${age} while the command ran`,
    // Nobody looked in between: it may have been finished unseen.
    unfinished: `last seen idle in its transaction for ${age}, as the command ended: it may never have been finished`,
    left_open: "still there after the command ended",
  };
  return texts[way];
}

function queryIdText({
  queryId,
  queryStart,
}: {
  readonly queryId: string | null;
  readonly queryStart: string | null;
}): string {
  if (queryId !== null) return queryId;
  return queryStart === null
    ? "(none: it never ran a statement)"
    : "(none: the server computes none; PostgreSQL 14 and newer do with compute_query_id = on)";
}

function warningsOf({ run, missed, end, blind }: Checked, { server, tag }: CheckPlace): readonly string[] {
  const { sessionsSeen, strangersSeen, preparedInDoubt } = run;
  return [
    ...(missed.looks > 0
      ? [`${counted(missed.looks, "look")} failed while the command ran: ${missed.why}`]
      : []),
    ...(strangersSeen > 0
      ? [
          `${counted(strangersSeen, "other session")} began meanwhile, and ${strangersSeen === 1 ? "was" : "were"} not judged`,
        ]
      : []),
    ...(preparedInDoubt > 0
      ? [
          `${counted(preparedInDoubt, "prepared transaction")} began meanwhile, and ${preparedInDoubt === 1 ? "was" : "were"} not judged: none tells its application name or client`,
        ]
      : []),
    ...(sessionsSeen === 0 && end.whyNotStarted === null && !(strangersSeen > 0 && blind !== null)
      ? [nobodySeen(server, tag)]
      : []),
  ];
}

/** A check of the wrong server would always be green. */
function nobodySeen(server: string, tag: string | null): string {
  return tag === null
    ? `no session of the command was seen at ${server}: is it the server that the tests use?`
    : `no session was seen at ${server} whose application name begins with ${tag}: does the driver read PGAPPNAME?`;
}

function verdictOf({ leaks, run, end, blind }: Checked): string {
  if (end.whyNotStarted !== null) return `the command was not started: ${end.whyNotStarted}`;
  const found = leaks.length === 0 ? "no leak found" : `${counted(leaks.length, "leak")} found`;
  const ended = end.status === 0 ? "" : `, the command exited with ${end.status}`;
  const doubt = blind === null ? "" : `; but ${blind}`;
  return `${found}, ${counted(run.sessionsSeen, "session")} seen${ended}${briefly(run.wentInTransaction)}${doubt}`;
}

/** The usual leak of a short suite looks like this, and so does an honest session that closes right behind its COMMIT. */
function briefly(went: number): string {
  if (went === 0) return "";
  const [were, other] = went === 1 ? ["was", "an honest one"] : ["were", "honest ones"];
  return `; ${counted(went, "session")} ${were} inside a transaction when last seen, too briefly to be told from ${other}: lower --idle-in-transaction, or let the command wait for 3s before it closes its sessions`;
}

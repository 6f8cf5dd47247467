import { harmLevels, type Harm } from "../classify/harm.ts";
import { holderOf } from "../classify/holder.ts";
import type { Episode } from "../classify/episode.ts";
import { formatAge } from "../readable-time.ts";
import { decisionText } from "./decision-text.ts";
import { originOf } from "./origin.ts";
import { shortCount } from "./short-count.ts";
import { decisionsOf, type SuspectDecision } from "./suspect-decision.ts";
import type { ServerView } from "./view.ts";

/** A suspect, the server it was seen on, and what was decided about it. */
export type ServerSuspect = {
  readonly server: string;
  readonly suspect: Episode;
  /** `null` where there are no rules. */
  readonly decision: SuspectDecision | null;
};

/** How one property of a suspect is shown to a person. The text is untrusted. */
export type SuspectColumn = {
  readonly title: string;
  readonly isNumber?: true;
  /** Where a line is too short for all columns the one with the lowest goes first. Without it a column always stays. */
  readonly weight?: number;
  text(row: ServerSuspect): string;
};

/** Which server it is need not be said where only one is watched. */
export const serverColumn: SuspectColumn = { title: "Server", weight: 8, text: ({ server }) => server };

/** What a policy does about it. */
const leashColumn: SuspectColumn = {
  title: "Leash",
  weight: 9,
  text: ({ decision }) => (decision === null ? "" : decisionText(decision)),
};

const columns: readonly SuspectColumn[] = [
  { title: "Verdict", text: ({ suspect }) => suspect.severity },
  { title: "Kind", text: ({ suspect }) => suspect.kind },
  { title: "Harm", weight: 7, text: ({ suspect }) => harmText(suspect.harm) + expectedWord(suspect) },
  { title: "For", isNumber: true, text: ({ suspect }) => formatAge(suspect.ageSeconds) },
  leashColumn,
  { title: "Subject", text: ({ suspect }) => subjectText(suspect) },
  { title: "Application", text: ({ suspect }) => applicationText(suspect) },
  { title: "Role", weight: 5, text: ({ suspect }) => holderOf(suspect).usename ?? "" },
  { title: "Origin", weight: 6, text: ({ suspect }) => originOf(suspect.commentKeys)?.text ?? "" },
  { title: "Database", weight: 4, text: ({ suspect }) => holderOf(suspect).datname ?? "" },
  { title: "Client", weight: 3, text: ({ suspect }) => clientText(suspect) },
  { title: "Sure", weight: 2, text: ({ suspect }) => suspect.certainty },
  { title: "Seen", weight: 1, isNumber: true, text: ({ suspect }) => `${suspect.sightings}x` },
  serverColumn,
];

/**
 * What every table of suspects shows, wherever there is room for it: what matters most comes first. Where no server has
 * rules, nothing is said of them.
 */
export function suspectColumns(servers: readonly ServerView[]): readonly SuspectColumn[] {
  const hasRules = servers.some(({ report }) => report !== null && report.leash !== null);
  return columns.filter((column) => hasRules || column !== leashColumn);
}

/** The suspects of all servers: the leaked before the others, then the most harmful, then the oldest. */
export function rankedSuspects(servers: readonly ServerView[]): readonly ServerSuspect[] {
  return servers
    .flatMap(({ server, report }) => {
      if (report === null) return [];
      const decisions = decisionsOf(report);
      return report.suspects.map((suspect) => {
        return { server, suspect, decision: decisions.get(suspect) ?? null };
      });
    })
    .toSorted(
      ({ suspect: a }, { suspect: b }) =>
        Number(b.severity === "leaked") - Number(a.severity === "leaked") ||
        harmLevels.indexOf(b.harm.level) - harmLevels.indexOf(a.harm.level) ||
        b.ageSeconds - a.ageSeconds,
    );
}

/** What a suspect costs others: `blocks 3`, `vacuum 2.0k`. */
export function harmText({ level, blockedSessions, horizonAge }: Harm): string {
  const texts: Readonly<Record<Harm["level"], string>> = {
    blocking: `blocks ${blockedSessions}`,
    vacuum: `vacuum ${shortCount(horizonAge ?? 0)}`,
    ddl: "ddl",
    slot: "slot",
  };
  return texts[level];
}

/** One that is expected is a suspect for its harm alone. */
function expectedWord({ expectation }: Episode): string {
  return expectation === null ? "" : ", expected";
}

/** A declared pool whose applications differ is known by its name. */
export function applicationText(suspect: Episode): string {
  const { applicationName } = holderOf(suspect);
  const poolName = "pool" in suspect ? suspect.pool.name : null;
  return applicationName ?? (poolName === null ? "" : `pool ${poolName}`);
}

/**
 * Only a session has a client; one without an address came over a socket. What the server saw stands first: the rest
 * is what a pooler says, or whoever writes like one.
 */
export function clientText(suspect: Episode): string {
  if (!("backend" in suspect)) return "";
  const { clientAddr, pooledClientAddr } = holderOf(suspect);
  return `${clientAddr ?? "local"}${pooledClientAddr === null ? "" : ` for ${pooledClientAddr}`}`;
}

/** Which one it is: `pid 4711`, the identifier of a prepared transaction, or how many sessions a pool has. The text is untrusted. */
export function subjectText(suspect: Episode): string {
  if ("backend" in suspect) return `pid ${suspect.backend.id.pid}`;
  return "prepared" in suspect ? `gid ${suspect.prepared.gid}` : `${suspect.pool.sessions} sessions`;
}

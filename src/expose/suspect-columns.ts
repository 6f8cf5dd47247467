import { harmLevels, type Harm } from "../classify/harm.ts";
import { holderOf } from "../classify/holder.ts";
import type { Episode } from "../classify/episode.ts";
import { formatAge } from "./age.ts";
import { originOf } from "./origin.ts";
import { shortCount } from "./short-count.ts";
import type { ServerView } from "./view.ts";

/** A suspect and the server it was seen on. */
export type ServerSuspect = { readonly server: string; readonly suspect: Episode };

/** How one property of a suspect is shown to a person. The text is untrusted. */
export type SuspectColumn = {
  readonly title: string;
  readonly isNumber?: true;
  text(row: ServerSuspect): string;
};

/** What every table of suspects shows, wherever it stands: what matters most comes first, where it is not cut off. */
export const suspectColumns: readonly SuspectColumn[] = [
  { title: "Verdict", text: ({ suspect }) => suspect.severity },
  { title: "Kind", text: ({ suspect }) => suspect.kind },
  { title: "Harm", text: ({ suspect }) => harmText(suspect.harm) },
  { title: "For", isNumber: true, text: ({ suspect }) => formatAge(suspect.ageSeconds) },
  { title: "Application", text: ({ suspect }) => applicationText(suspect) },
  { title: "Role", text: ({ suspect }) => holderOf(suspect).usename ?? "" },
  { title: "Route", text: ({ suspect }) => originOf(suspect.commentKeys)?.text ?? "" },
  { title: "Database", text: ({ suspect }) => holderOf(suspect).datname ?? "" },
  { title: "Client", text: ({ suspect }) => clientText(suspect) },
  { title: "PID", isNumber: true, text: ({ suspect }) => subjectText(suspect) },
  { title: "Sure", text: ({ suspect }) => suspect.certainty },
  { title: "Seen", isNumber: true, text: ({ suspect }) => `${suspect.sightings}x` },
  { title: "Server", text: ({ server }) => server },
];

/** The suspects of all servers: the leaked before the others, then the most harmful, then the oldest. */
export function rankedSuspects(servers: readonly ServerView[]): readonly ServerSuspect[] {
  return servers
    .flatMap(({ server, report }) => (report?.suspects ?? []).map((suspect) => ({ server, suspect })))
    .toSorted(
      ({ suspect: a }, { suspect: b }) =>
        Number(b.severity === "leaked") - Number(a.severity === "leaked") ||
        harmLevels.indexOf(b.harm.level) - harmLevels.indexOf(a.harm.level) ||
        b.ageSeconds - a.ageSeconds,
    );
}

function harmText({ level, blockedSessions, horizonAge }: Harm): string {
  const howMuch: Readonly<Record<Harm["level"], string>> = {
    blocking: ` ${blockedSessions}`,
    vacuum: ` ${shortCount(horizonAge ?? 0)}`,
    ddl: "",
    slot: "",
  };
  return `${level}${howMuch[level]}`;
}

/** A declared pool whose applications differ is known by its name. */
function applicationText(suspect: Episode): string {
  const { applicationName } = holderOf(suspect);
  const poolName = "pool" in suspect ? suspect.pool.name : null;
  return applicationName ?? (poolName === null ? "" : `pool ${poolName}`);
}

/** Only a session has a client; one without an address came over a socket. */
function clientText(suspect: Episode): string {
  return "backend" in suspect ? (holderOf(suspect).clientAddr ?? "local") : "";
}

function subjectText(suspect: Episode): string {
  if ("backend" in suspect) return String(suspect.backend.id.pid);
  return "prepared" in suspect ? suspect.prepared.gid : `${suspect.pool.sessions} sessions`;
}

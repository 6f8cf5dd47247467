import type { Suspect } from "../classify/suspect.ts";
import { formatAge } from "./age.ts";
import type { ServerView } from "./view.ts";

/** A suspect and the server it was seen on. */
export type ServerSuspect = { readonly server: string; readonly suspect: Suspect };

/** How one property of a suspect is shown to a person. The text is untrusted. */
export type SuspectColumn = {
  readonly title: string;
  readonly isNumber?: true;
  text(row: ServerSuspect): string;
};

/** What every table of suspects shows, wherever it stands. */
export const suspectColumns: readonly SuspectColumn[] = [
  { title: "Verdict", text: ({ suspect }) => suspect.severity },
  { title: "Kind", text: ({ suspect }) => suspect.kind },
  { title: "For", isNumber: true, text: ({ suspect }) => formatAge(suspect.ageSeconds) },
  { title: "Sure", text: ({ suspect }) => suspect.certainty },
  { title: "Seen", isNumber: true, text: ({ suspect }) => `${suspect.sightings}x` },
  { title: "Application", text: ({ suspect }) => suspect.backend.applicationName ?? "" },
  { title: "Role", text: ({ suspect }) => suspect.backend.usename ?? "" },
  { title: "Database", text: ({ suspect }) => suspect.backend.datname ?? "" },
  { title: "Client", text: ({ suspect }) => suspect.backend.clientAddr ?? "local" },
  { title: "PID", isNumber: true, text: ({ suspect }) => String(suspect.backend.id.pid) },
  { title: "Server", text: ({ server }) => server },
];

/** The suspects of all servers, the leaked and the oldest first. */
export function rankedSuspects(servers: readonly ServerView[]): readonly ServerSuspect[] {
  return servers
    .flatMap(({ server, report }) => (report?.suspects ?? []).map((suspect) => ({ server, suspect })))
    .toSorted((a, b) => rank(b) - rank(a) || b.suspect.ageSeconds - a.suspect.ageSeconds);
}

function rank({ suspect }: ServerSuspect): number {
  return suspect.severity === "leaked" ? 1 : 0;
}

import type { EpisodeEvent } from "../classify/episode.ts";
import type { Report } from "../expose/report.ts";
import { suspectJson } from "../expose/suspect-json.ts";
import { exhaustionJson, type ExhaustionJson } from "../expose/suspects-json.ts";
import type { ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import type { Probe } from "../postgres/probe.ts";
import { narrateLeash, type LeashTold } from "./narrate-leash.ts";

/** What the log has said of a server and still holds. A look that fails takes none of it back: it saw nothing. */
export type Told = {
  readonly hiddenSessions: boolean;
  readonly candidatesCut: boolean;
  readonly exhaustions: readonly Slots[];
  /** How many connections were opened by the last look that succeeded: a look that opens one may fail after it. */
  readonly connections: number;
  readonly leash: LeashTold;
};

/** Before the first look. */
export const nothingTold: Told = {
  hiddenSessions: false,
  candidatesCut: false,
  exhaustions: [],
  connections: 0,
  leash: null,
};

/** The views of a server before and after a look, and what was told until then. */
export type Change = { readonly before: ServerView; readonly after: ServerView; readonly told: Told };

/** Writes into the log what one look changed, and returns what is told by then. What stays as it was is not repeated. */
export function narrate(log: Log, { before, after, told }: Change): Told {
  const { server, report } = after;
  if (after.failure !== null) {
    const fields = { server, reason: after.failure.reason, error: after.failure.message };
    if (before.failure?.reason === after.failure.reason) log.debug(fields, "look failed again");
    else log.error(fields, "look failed");
  }
  if (report === null) return told;
  const { connections } = after.looks;
  const isNewConnection = connections > told.connections;
  if (after.probe !== null && isNewConnection) narrateProbe(log, server, after.probe);
  else if (before.failure !== null) log.info({ server }, "looks succeed again");
  narrateCoverage(log, told, after, report.snapshot.coverage);
  narrateEvidence(log, before, after);
  const exhaustions = narrateForecasts(log, server, told.exhaustions, report);
  for (const event of report.events) narrateEvent(log, server, event);
  const leash = narrateLeash(log, { server, told: told.leash, leash: report.leash, isNewConnection });
  const { hiddenSessions, candidatesCut } = report.snapshot.coverage;
  const [isHidden, isCut] = [hiddenSessions > 0, candidatesCut > 0];
  return { hiddenSessions: isHidden, candidatesCut: isCut, exhaustions, connections, leash };
}

function narrateProbe(log: Log, server: string, probe: Probe): void {
  const { versionText: version, standby, pooled, user, privileges } = probe;
  log.info({ server, version, standby, user }, "connected");
  if (privileges.superuser)
    log.warn({ server, user }, "pgleash runs as a superuser: give it a role of its own with pg_monitor");
  if (pooled) log.warn({ server }, "a pooler sits in between: connect pgleash to the server itself");
}

function narrateCoverage(
  log: Log,
  told: Told,
  { server, probe }: ServerView,
  { hiddenSessions, candidatesCut }: Report["snapshot"]["coverage"],
): void {
  const run = `GRANT pg_monitor TO ${quotedIdentifier(probe?.user ?? "")}`;
  if (hiddenSessions > 0 && !told.hiddenSessions)
    log.warn(
      { server, hidden_sessions: hiddenSessions, run },
      "sessions are hidden from pgleash: leaks go unseen",
    );
  if (hiddenSessions === 0 && told.hiddenSessions) log.info({ server }, "no sessions are hidden any more");
  if (candidatesCut > 0 && !told.candidatesCut)
    log.warn(
      { server, candidates_cut: candidatesCut },
      "more candidates than one look reads: the youngest are left out",
    );
}

function narrateEvidence(log: Log, before: ServerView, after: ServerView): void {
  const { server, evidenceFailure: error } = after;
  if (error !== null && before.evidenceFailure === null)
    log.warn(
      { server, error },
      "evidence refused: prepared transactions, limits and who blocks whom go unseen",
    );
  if (error === null && before.evidenceFailure !== null) log.info({ server }, "evidence comes again");
}

/** The estimate moves at each look, the forecast itself comes and goes once. Returns those that are told by then. */
function narrateForecasts(
  log: Log,
  server: string,
  told: readonly Slots[],
  report: Report,
): readonly Slots[] {
  const current = report.exhaustions;
  const fresh = current.filter((forecast) => !told.some((slots) => isOfSameSlots(slots, forecast)));
  const missing = told.filter((slots) => !current.some((forecast) => isOfSameSlots(slots, forecast)));
  const unknown = missing.filter((slots) => !isJudged(slots, report));
  for (const forecast of fresh) log.warn({ server, ...exhaustionJson(forecast) }, "slots will run out");
  for (const { scope, name } of missing.filter((slots) => isJudged(slots, report)))
    log.info({ server, scope, name }, "slots no longer run out");
  return [...current, ...unknown];
}

/** Whose limit is unknown, or who holds them in part, of such slots a look cannot say that they no longer run out. */
function isJudged({ scope }: Slots, { evidence, snapshot }: Report): boolean {
  return scope === "server" || (evidence !== null && snapshot.coverage.groupsFolded === 0);
}

type Slots = Pick<ExhaustionJson, "scope" | "name">;

function isOfSameSlots(a: Slots, b: Slots): boolean {
  return a.scope === b.scope && a.name === b.name;
}

/** The fields are those of the API: there, too, no statement is shown with its literals. */
function narrateEvent(log: Log, server: string, event: EpisodeEvent): void {
  const fields = suspectJson(server, event.episode);
  const messages = messagesOf[fields.subject];
  switch (event.type) {
    case "suspected":
      // What is leaked at first sight is told once, by the event that follows.
      if (event.episode.severity === "leaked") break;
      log.info(fields, messages.suspected);
      break;
    case "leaked":
      log.warn(fields, messages.leaked);
      break;
    case "ended":
      log.info({ ...fields, end: event.end }, "episode ended");
  }
}

const messagesOf = {
  backend: { suspected: "session suspected", leaked: "session leaked" },
  prepared_transaction: {
    suspected: "prepared transaction suspected",
    leaked: "prepared transaction leaked",
  },
  pool: { suspected: "pool suspected", leaked: "pool leaked" },
} as const;

function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

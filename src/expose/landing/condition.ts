import type { Episode } from "../../classify/episode.ts";
import { printable } from "../../printable.ts";
import { shortened } from "../shortened.ts";
import type { ServerView, View } from "../view.ts";

/** How things stand, from well to a case for whoever is on call. `unknown`: some server was not looked at yet. */
const levels = ["calm", "unknown", "warning", "incident"] as const;

export type Level = (typeof levels)[number];

/** What asks for attention on a server. */
type Concern = {
  readonly level: "warning" | "incident";
  readonly text: string;
  readonly isOf: (server: ServerView) => boolean;
};

const HOUR_SECONDS = 3600;

/** More servers than these are counted, not named. */
const MOST_NAMED = 3;
const LONGEST_NAME = 64;

/** The worst first. The bounds are those of the shipped alerts: what is critical there is an incident here. */
const concerns: readonly Concern[] = [
  { level: "incident", text: "looks fail", isOf: ({ failure }) => failure !== null },
  { level: "incident", text: "sessions wait for a suspect", isOf: blocksOthers },
  { level: "incident", text: "hardly a slot is free", isOf: (server) => slotUse(server) > 0.95 },
  { level: "incident", text: "slots run out within the hour", isOf: runsOutSoon },
  { level: "warning", text: "suspects", isOf: (server) => suspectsOf(server).length > 0 },
  {
    level: "warning",
    text: "slots will run out",
    isOf: (server) => (server.report?.exhaustions ?? []).length > 0 && !runsOutSoon(server),
  },
  {
    level: "warning",
    text: "most slots are in use",
    isOf: (server) => slotUse(server) > 0.8 && slotUse(server) <= 0.95,
  },
  { level: "warning", text: "not everything can be seen", isOf: isPartlyBlind },
  {
    level: "warning",
    text: "the breaker is open",
    isOf: ({ report }) => report?.leash?.state.ledger.breaker.state === "open",
  },
  {
    level: "warning",
    text: "the audit does not work",
    isOf: ({ report }) => typeof report?.leash?.auditFailure === "string",
  },
];

/** How one server is. */
export function levelOf(server: ServerView): Level {
  const concern = concerns.find(({ isOf }) => isOf(server));
  return concern?.level ?? (server.report === null ? "unknown" : "calm");
}

/** How everything is: as bad as the worst server. */
export function levelOfAll({ servers, reload, serversFile }: View): Level {
  const isConfigured =
    reload.successful && serversFile?.isSuccessful !== false && (serversFile?.refusedTargets ?? 0) === 0;
  const found = [...servers.map(levelOf), isConfigured ? "calm" : "warning"];
  return levels.findLast((level) => found.includes(level)) ?? "calm";
}

/** How many are leaked, and how many are only suspected: `6 leaked, 2 suspected`; `null` without any. */
export function suspectCount(servers: readonly ServerView[]): string | null {
  const suspects = servers.flatMap(suspectsOf);
  const leaked = suspects.filter(({ severity }) => severity === "leaked").length;
  const suspected = suspects.length - leaked;
  const parts = [
    ...(leaked > 0 ? [`${leaked} leaked`] : []),
    ...(suspected > 0 ? [`${suspected} suspected`] : []),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}

/** What asks for attention, a phrase each, the worst first; where several servers are watched, on which. The text is untrusted. */
export function concernsOf(servers: readonly ServerView[]): readonly string[] {
  return concerns.flatMap(({ text, isOf }) => {
    const concerned = servers.filter(isOf);
    if (concerned.length === 0) return [];
    return [servers.length === 1 ? text : `${text} on ${namesOf(concerned, servers.length)}`];
  });
}

function namesOf(servers: readonly ServerView[], of: number): string {
  if (servers.length > MOST_NAMED) return `${servers.length} of ${of} servers`;
  return servers.map(({ server }) => shortened(printable(server), LONGEST_NAME)).join(", ");
}

function suspectsOf({ report }: ServerView): readonly Episode[] {
  return report?.suspects ?? [];
}

function blocksOthers(server: ServerView): boolean {
  return suspectsOf(server).some(({ harm }) => harm.level === "blocking");
}

/** Used slots over usable ones. */
function slotUse({ report }: ServerView): number {
  return report === null || report.slots.limit === 0 ? 0 : report.slots.used / report.slots.limit;
}

/** An application that scales out looks like a leak for a while: half of the server's slots are enough to wait for more. */
function runsOutSoon({ report }: ServerView): boolean {
  return (report?.exhaustions ?? []).some(
    ({ scope, used, limit, inSeconds }) =>
      inSeconds.lower < HOUR_SECONDS && (scope !== "server" || used > limit / 2),
  );
}

function isPartlyBlind({ report, evidenceFailure }: ServerView): boolean {
  if (report === null) return false;
  const { hiddenSessions, candidatesCut } = report.snapshot.coverage;
  return hiddenSessions > 0 || candidatesCut > 0 || evidenceFailure !== null;
}

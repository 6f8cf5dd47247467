/** How the sessions of a server spend their time. */
export const mixes = ["calm", "incident"] as const;

export type Mix = (typeof mixes)[number];

/** What one session does, over and over. */
export type Behaviour =
  | "idle"
  /** A transaction that is forgotten: a suspect. */
  | "held"
  /** A forgotten transaction that holds what the `blocked` wait for. */
  | "blocker"
  | "blocked"
  | "in_transaction"
  | "aborted"
  | "active";

export type PlannedSession = {
  readonly user: string;
  readonly database: string;
  readonly applicationName: string;
  readonly behaviour: Behaviour;
};

export const APPLICATIONS = 20;
export const ROLES = 5;
export const DATABASES = 10;

/** A calm server has some forgotten transactions, too. */
const CALM_SUSPECTS = 5;

/** Shares of all sessions; the rest is idle. */
const IN_TRANSACTION = 0.08;
const ABORTED = 0.02;
const ACTIVE = 0.05;
const INCIDENT_SUSPECTS = 0.1;
const INCIDENT_BLOCKED = 0.005;

/** The sessions of a crowd, those first that must grow old. The same numbers give the same crowd. */
export function planCrowd(sessions: number, mix: Mix): readonly PlannedSession[] {
  const isIncident = mix === "incident";
  const suspects = isIncident ? Math.round(sessions * INCIDENT_SUSPECTS) : CALM_SUSPECTS;
  const blocked = isIncident ? Math.max(1, Math.round(sessions * INCIDENT_BLOCKED)) : 0;
  const counts: readonly (readonly [Behaviour, number])[] = [
    ["blocker", isIncident ? 1 : 0],
    ["blocked", blocked],
    ["held", suspects - (isIncident ? 1 : 0)],
    ["in_transaction", Math.round(sessions * IN_TRANSACTION) - (isIncident ? 0 : suspects)],
    ["aborted", Math.round(sessions * ABORTED)],
    ["active", Math.round(sessions * ACTIVE) - blocked],
  ];
  const planned = counts.flatMap(([behaviour, count]) => sessionsOf(behaviour, Math.max(0, count)));
  return [...planned, ...sessionsOf("idle", Math.max(0, sessions - planned.length))];
}

/** Each application has one role and one database; idle ones are seen with a second one each. */
function sessionsOf(behaviour: Behaviour, count: number): readonly PlannedSession[] {
  return Array.from({ length: count }, (_, index) => {
    const application = index % APPLICATIONS;
    const turn = behaviour === "idle" ? Math.floor(index / APPLICATIONS) % 2 : 0;
    const isSingle = behaviour === "blocker" || behaviour === "blocked";
    return {
      behaviour,
      applicationName: `app-${application}`,
      user: `app_role_${(application + turn) % ROLES}`,
      database: `app_${isSingle ? 0 : (application + turn * (DATABASES / 2)) % DATABASES}`,
    };
  });
}

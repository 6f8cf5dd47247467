import type { Backend } from "../observe/snapshot.ts";
import { isPlainBegin } from "./statement-kind.ts";

/**
 * What a suspect costs others, from little to much: a connection slot; schema changes of the tables it touched; dead
 * rows that vacuum must keep in every table; other sessions that wait for it.
 */
export const harmLevels = ["slot", "ddl", "vacuum", "blocking"] as const;

export type HarmLevel = (typeof harmLevels)[number];

/** The harm of one suspect, as last seen. */
export type Harm = {
  readonly level: HarmLevel;
  /** Sessions that wait for it, directly or behind others that do. */
  readonly blockedSessions: number;
  /** How many transactions ago the horizon stands that it holds back vacuum at; `null` when it holds none. */
  readonly horizonAge: number | null;
  /** Upper bound of the work that would be lost with it: how long its transaction was at work before it went idle. */
  readonly workAtRiskSeconds: number | null;
};

/** What costs nothing but its slot. */
export const slotOnly: Harm = {
  level: "slot",
  blockedSessions: 0,
  horizonAge: null,
  workAtRiskSeconds: null,
};

/**
 * What a backend costs while `blockedSessions` wait for it. Its transaction id and its snapshot tell, not its state: an
 * aborted transaction holds nothing, one that failed inside a savepoint holds all that it held before.
 */
export function harmOf(backend: Backend, blockedSessions: number): Harm {
  const horizonAge = greatest(backend.xidAge, backend.xminAge);
  return {
    level: levelOf(backend, blockedSessions, horizonAge),
    blockedSessions,
    horizonAge,
    workAtRiskSeconds: workAtRisk(backend),
  };
}

function levelOf(backend: Backend, blockedSessions: number, horizonAge: number | null): HarmLevel {
  if (blockedSessions > 0) return "blocking";
  if (horizonAge !== null) return "vacuum";
  // Its locks cannot be read cheaply. Whatever it ran but a BEGIN has probably taken some.
  return backend.xactStart === null || isPlainBegin(backend.statement) ? "slot" : "ddl";
}

/** The greater of two numbers that may be unknown. */
export function greatest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function workAtRisk({ state, xactSeconds, stateSeconds }: Backend): number | null {
  const isIdle = state === "idle in transaction" || state === "idle in transaction (aborted)";
  return isIdle && xactSeconds !== null && stateSeconds !== null
    ? Math.max(0, xactSeconds - stateSeconds)
    : null;
}

import type { ActivityRow, PreparedRow } from "../recorder/recording.ts";

/** What a rule sees at one moment: rows of one scenario, as if nobody else was on the server. Seconds since the epoch. */
export type View = {
  readonly atSeconds: number;
  readonly rows: readonly ActivityRow[];
  readonly prepared: readonly PreparedRow[];
};

/** A rule that people use, as it is published. */
export type Rule = {
  readonly name: string;
  /** Word by word, and where it stands. */
  readonly published: string;
  readonly source: string;
  /** Whom it names when it fires. */
  readonly names: "the server" | "the database" | "role and application" | "the session";
  /** When it first fires over these views, in order; `null` if it never does. Pure. */
  firesAt(views: readonly View[]): number | null;
};

/** What somebody runs: rules that come together. */
export type Peer = { readonly name: string; readonly rules: readonly Rule[] };

/** `max_connections` of a server that nobody has configured, and what it keeps for superusers. Shares are of these. */
export const MAX_CONNECTIONS = 100;
export const SUPERUSER_RESERVED_CONNECTIONS = 3;

/** Seconds since a moment; 0 where there is none, as `COALESCE(max(...), 0)` has it. */
export function ageOf(since: number | null, { atSeconds }: View): number {
  return since === null ? 0 : atSeconds - since;
}

/** The greatest, or 0 of nothing. */
export function greatestOf(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

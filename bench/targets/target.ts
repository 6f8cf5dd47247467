/** What is measured side by side, at one pace. */
export const targetKeys = [
  "round_trip",
  "floor",
  "census",
  "whole_look",
  "quick_look",
  "exporter_activity",
  "exporter_default",
] as const;

export type TargetKey = (typeof targetKeys)[number];

/** How the tables call them. */
export const targetNames: Readonly<Record<TargetKey, string>> = {
  round_trip: "round trip: prepared `SELECT 1`",
  floor: "floor: prepared `SELECT count(*) FROM pg_stat_get_activity(NULL)`, warmed",
  census: "census of pgleash",
  whole_look: "whole look of pgleash: census, evidence and names, on average",
  quick_look: "quick look of pgleash",
  exporter_activity: "postgres_exporter, activity query alone",
  exporter_default: "postgres_exporter, default collectors",
};

/** Something that can be done again and again, and what it has cost so far. */
export type Target = {
  readonly key: TargetKey;
  /** Does it once. */
  run(): Promise<unknown>;
  /** CPU time that the server has spent on it so far, in microseconds. */
  serverCpu(): Promise<number>;
  /** The process that does it for somebody, and not for us; `null`: it is done in this process, whose CPU says nothing. */
  readonly pid: number | null;
  /** How many sessions it has read in detail so far, where that says whether it did what it is measured for. */
  detailsRead?(): number;
};

import type { QuickMeasures } from "../phases/quick.ts";

/** A count that noise cannot move, and what it must not pass. */
export type Limit = {
  readonly name: string;
  readonly atMost: number;
  readonly value: (measures: QuickMeasures) => number;
};

const KIBIBYTES = 1024;

/** What a look may ask of a server, whatever the machine. */
export const limits: readonly Limit[] = [
  { name: "connections", atMost: 1, value: ({ steady }) => steady.connections },
  { name: "new connections", atMost: 0, value: ({ steady }) => steady.newConnections },
  { name: "Parse messages", atMost: 0, value: ({ steady }) => steady.parses },
  // The look itself, and at every third one the evidence.
  { name: "statements a look", atMost: 1.5, value: ({ steady }) => steady.statements / steady.looks },
  { name: "rows a look", atMost: 1.5, value: ({ steady }) => steady.rows / steady.looks },
  { name: "temporary files", atMost: 0, value: ({ steady }) => steady.temporaryFiles },
  // Some 350 where a backend gives its memory back after each look, none where it keeps it.
  { name: "minor faults a look", atMost: 1000, value: ({ steady }) => steady.minorFaults / steady.looks },
  {
    name: "statements that scrapes cause",
    atMost: 0,
    value: ({ resting }) => resting.statementsDuringScrapes,
  },
  // Of 20 applications in two databases each: some 250 labelled ones, and the fixed ones.
  { name: "series", atMost: 1500, value: ({ resting }) => resting.series },
  {
    name: "growth of the heap, KiB",
    atMost: 1024,
    value: ({ backToBack }) => backToBack.heapGrowth / KIBIBYTES,
  },
];

/** A sentence for each limit that was passed. */
export function passedLimits(measures: QuickMeasures): readonly string[] {
  return limits.flatMap(({ name, atMost, value }) => {
    const seen = value(measures);
    if (seen <= atMost) return [];
    return [`with ${measures.sessions} sessions: ${name}: at most ${atMost}, but it was ${seen}`];
  });
}

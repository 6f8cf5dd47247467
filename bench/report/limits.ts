import type { QuickMeasures } from "../phases/quick.ts";

/** A count that noise cannot move, and what it must not leave: where nothing is counted, nothing is held. */
export type Limit = {
  readonly name: string;
  readonly atLeast: (measures: QuickMeasures) => number;
  readonly atMost: number;
  readonly value: (measures: QuickMeasures) => number;
};

const KIBIBYTES = 1024;

const zero = (): number => 0;
const one = (): number => 1;
const allSessions = ({ sessions }: QuickMeasures): number => sessions;

/** What a look may ask of a server, whatever the machine. */
export const limits: readonly Limit[] = [
  { name: "connections", atLeast: one, atMost: 1, value: ({ steady }) => steady.connections },
  { name: "new connections", atLeast: zero, atMost: 0, value: ({ steady }) => steady.newConnections },
  { name: "Parse messages", atLeast: zero, atMost: 0, value: ({ steady }) => steady.parses },
  // The look itself, the evidence at every third one, and the names at every tenth: 1.44 on average.
  {
    name: "statements a look",
    atLeast: one,
    atMost: 1.5,
    value: ({ steady }) => steady.statements / steady.looks,
  },
  { name: "rows a look", atLeast: one, atMost: 1.5, value: ({ steady }) => steady.rows / steady.looks },
  {
    name: "temporary files",
    atLeast: zero,
    atMost: 0,
    value: ({ steady, temporaryFiles }) => steady.temporaryFiles + temporaryFiles,
  },
  // Without a warm-up 19 with 200 sessions, and hundreds with more; next to none with it.
  {
    name: "minor faults a look",
    atLeast: zero,
    atMost: 5,
    value: ({ steady }) => steady.minorFaults / steady.looks,
  },
  {
    name: "statements a quick look",
    atLeast: one,
    atMost: 1,
    value: ({ quick }) => quick.statements / quick.quickLooks,
  },
  { name: "rows a quick look", atLeast: one, atMost: 1, value: ({ quick }) => quick.rows / quick.quickLooks },
  { name: "Parse messages of quick looks", atLeast: zero, atMost: 0, value: ({ quick }) => quick.parses },
  {
    name: "statements that scrapes cause",
    atLeast: zero,
    atMost: 0,
    value: ({ resting }) => resting.statementsDuringScrapes,
  },
  // Of 20 applications in two databases each: some 250 labelled ones, and the fixed ones.
  { name: "series", atLeast: () => 300, atMost: 1500, value: ({ resting }) => resting.series },
  {
    name: "sessions on the page",
    atLeast: allSessions,
    atMost: Infinity,
    value: ({ resting }) => resting.sessions,
  },
  { name: "sessions at the end", atLeast: allSessions, atMost: Infinity, value: (all) => all.sessionsAtEnd },
  {
    name: "growth of the heap, KiB",
    atLeast: () => -Infinity,
    atMost: 1024,
    value: ({ backToBack }) => backToBack.heap.bytes / KIBIBYTES,
  },
];

/** A sentence for each limit that was left. */
export function passedLimits(measures: QuickMeasures): readonly string[] {
  return limits.flatMap(({ name, atLeast, atMost, value }) => {
    const seen = value(measures);
    const where = `with ${measures.sessions} sessions: ${name}:`;
    const least = atLeast(measures);
    if (seen > atMost) return [`${where} at most ${atMost}, but it was ${seen}`];
    // What is no number was not counted.
    if (!(seen >= least)) return [`${where} at least ${least}, but it was ${seen}`];
    return [];
  });
}

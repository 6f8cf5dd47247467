import type { StageMeasures } from "../../../bench/phases/stage.ts";
import type { TargetCost } from "../../../bench/phases/side-by-side.ts";
import type { TargetKey } from "../../../bench/targets/target.ts";

/** What was measured of a target in some repetitions, by the CPU of the server, µs. */
export const cost = (...serverCpu: readonly number[]): TargetCost => ({
  serverCpu,
  ownCpu: [],
  detailsRead: [],
});
/** What a program used while it worked, in one repetition: its own CPU in µs, and its slowest scrapes. */
export const use = (ownCpu: number, p99Ms: number): StageMeasures["working"]["pgleash"] => ({
  ownCpu: [ownCpu],
  p50Ms: [1],
  p99Ms: [p99Ms],
  resident: 60e6,
  highest: 60e6,
  connections: 1,
});

/** 500 sessions in the calm mix, with everything measured. */
export const aStage: StageMeasures = {
  sessions: 500,
  mix: "calm",
  costs: new Map<TargetKey, TargetCost>([
    ["floor", cost(100, 200, 100)],
    ["census", cost(140, 270, 150)],
    ["whole_look", cost(160, 300, 200)],
    ["quick_look", { ...cost(40, 90, 50), detailsRead: [0, 0, 0] }],
    ["exporter_activity", cost(300, 400, 300)],
    ["exporter_default", cost(1000, 1000, 1000)],
  ]),
  steady: {
    looks: 200,
    connections: 1,
    newConnections: 0,
    parses: 0,
    statements: 267,
    rows: 267,
    temporaryFiles: 0,
    minorFaults: 0,
  },
  resting: {
    scrapeCpu: [400],
    constantPageCpu: [400],
    statementsDuringScrapes: 0,
    scrapes: 120,
    bytesSent: 9000,
    bytes: 50_000,
    series: 500,
    sessions: 501,
    constantPageMemory: 45e6,
  },
  working: { pgleash: use(1600, 1), activity: use(2000, 5), default: use(6000, 60), verdictSeconds: [0.5] },
};

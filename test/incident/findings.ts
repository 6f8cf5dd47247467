import type { LeashedServer } from "./leashed-server.ts";
import type { Play } from "./play.ts";
import type { Rescued } from "./rescued.ts";
import type { Exhausted } from "./watched.ts";

/** What became of one server in the whole of a run. */
export type Balance = {
  readonly most: number;
  readonly leaked: number;
  readonly ended: number;
  /** Of those that were ended: sessions that had not leaked. */
  readonly healthy: number;
  readonly served: number;
  readonly failed: number;
};

/** Counts what was done on a server since the leak began, and to whom. */
export async function balanceOf(server: LeashedServer, { meter, beganMs }: Play): Promise<Balance> {
  const { orders } = server;
  const ended = await server.terminated();
  const { served, failed } = await orders.report();
  return {
    most: meter.most(server, beganMs, Date.now()),
    leaked: orders.leaked.size,
    ended: ended.length,
    healthy: ended.filter((session) => !orders.leaked.has(session)).length,
    served,
    failed,
  };
}

/** What a run in real time came to. */
export type Findings = {
  /** When and on what it was run, in words. */
  readonly stage: string;
  readonly beganMs: number;
  readonly exhausted: Exhausted;
  readonly rescued: Rescued;
  /** The bound of the server that is enforced from the start. */
  readonly bound: number;
  readonly watched: Balance;
  readonly leashed: Balance;
  readonly saved: Balance;
};

/** The tables of `docs/incident.md`. */
export function findingsText(findings: Findings): string {
  const { stage, exhausted, rescued, bound, watched, leashed, saved } = findings;
  const at = (ms: number | undefined): string => minutesText(((ms ?? NaN) - findings.beganMs) / 1000);
  const row = (name: string, value: (balance: Balance) => number): string =>
    `| ${[name, ...[watched, leashed, saved].map((one) => value(one).toLocaleString("en"))].join(" | ")} |`;
  return `${stage}

![Used slots over time](incident.svg)

| after | what |
|---|---|
| ${at(exhausted.forecast?.atMs)} | the pager is told \`PgleashSlotsRunOutSoon\` of the server that is only watched: ${quoted(exhausted.forecast)} |
| ${at(exhausted.leaked?.atMs)} | the team is told \`PgleashSessionsLeaked\`: ${quoted(exhausted.leaked)} |
| ${at(rescued.switchedOnMs)} | on the third server ${rescued.usedThen} of 100 slots are used: the settings of the incident are written, and pgleash reloads |
| ${at(exhausted.atMs)} | on the server that is only watched the slots are used up: the first request fails |
| ${at(rescued.fellMs)} | on the third server no more is in use than a leak that goes on must hold; ${rescued.leakedMeanwhile} sessions leak while it is enforced, and until the end at most ${rescued.mostMeanwhile} slots are used (bound: ${rescued.bound}) |
| ${at(rescued.repairedMs)} | its application is mended: it leaks no more, and gives nothing back |
| ${at(rescued.overMs)} | pgleash has ended the last leak: ${rescued.usedAfter} slots are used, 8 of them honest and one of pgleash |
| ${at(rescued.resolvedMs)} | the team is told that \`PgleashSessionsLeaked\` is resolved there |

| in the whole run | watching only | enforcing from the start | enforcing at 95 |
|---|---|---|---|
${[
  row("slots used at most", ({ most }) => most),
  row("sessions leaked", ({ leaked }) => leaked),
  row("sessions ended by pgleash", ({ ended }) => ended),
  row("of these, healthy ones", ({ healthy }) => healthy),
  row("honest requests served", ({ served }) => served),
  row("honest requests failed", ({ failed }) => failed),
].join("\n")}

The bound while enforcing from the start is ${bound} slots: 8 honest sessions, one of pgleash, and what leaks in two minutes of age, one
minute of notice and three looks.
`;
}

function minutesText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
}

function quoted(told: Exhausted["forecast"]): string {
  return `“${told?.annotations["description"] ?? ""}”`;
}

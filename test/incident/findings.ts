import type { FirstTold } from "./first-told.ts";
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
  /** What was told of the server that is only watched. */
  readonly told: readonly FirstTold[];
  readonly rescued: Rescued;
  /** The bound of the server that is enforced from the start. */
  readonly bound: number;
  readonly watched: Balance;
  readonly leashed: Balance;
  readonly saved: Balance;
};

/** The tables of `docs/incident.md`. */
export function findingsText(findings: Findings): string {
  const { stage, bound, watched, leashed, saved } = findings;
  const row = (name: string, value: (balance: Balance) => number): string =>
    `| ${[name, ...[watched, leashed, saved].map((one) => value(one).toLocaleString("en"))].join(" | ")} |`;
  const events = eventsOf(findings)
    .toSorted(([a], [b]) => a - b)
    .map(([ms, text]) => `| ${minutesText((ms - findings.beganMs) / 1000)} | ${text} |`);
  return `${stage}

![Used slots over time](incident.svg)

| after | what |
|---|---|
${events.join("\n")}

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

While enforcing from the start, at most ${bound} slots may be used: 8 honest sessions, one of pgleash, and what leaks in two minutes of
age, one minute of notice, and five looks: two until it is seen, and three that a busy machine may leave out. Those that are not
ended there are the last ones, which are not old enough yet.
`;
}

/** What happened, and when (milliseconds of the epoch). */
function eventsOf({ exhausted, told, rescued }: Findings): readonly (readonly [number, string])[] {
  const { usedThen, held, leakedMeanwhile, mostMeanwhile, bound, usedAfter } = rescued;
  return [
    ...told.map(
      ({ alertname, atMs, description, receivers }) =>
        [atMs, `\`${alertname}\` goes to ${receivers.join(" and ")}: “${description}”`] as const,
    ),
    [
      rescued.switchedOnMs,
      `on the third server ${usedThen} of 100 slots are used: the settings of the incident are written, and pgleash reloads`,
    ],
    [exhausted.atMs, "**the slots are used up** on the server that is only watched: the first request fails"],
    [
      rescued.fellMs,
      `on the third server no more than ${held} are used, which is what a leak that goes on may hold`,
    ],
    [
      rescued.repairedMs,
      `its application is mended: it leaks no more, and gives nothing back. ${leakedMeanwhile} sessions had leaked while it was enforced, and since it fell at most ${mostMeanwhile} slots were used (bound: ${bound})`,
    ],
    [
      rescued.overMs,
      `pgleash has ended the last leak: ${usedAfter} slots are used, 8 of them honest and one of pgleash`,
    ],
    [rescued.slowedMs, "the team is told that `PgleashLeakRateHigh` is resolved there"],
    [rescued.resolvedMs, "the team is told that `PgleashSessionsLeaked` is resolved there"],
  ];
}

function minutesText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
}

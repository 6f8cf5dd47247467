import { formatSpans } from "../../readable-time.ts";
import { sessionsIn } from "../aggregate.ts";
import type { Report } from "../report.ts";
import type { ServerView, View } from "../view.ts";
import { bounded, html, nothing, type Html } from "./html.ts";
import { slotsMeter } from "./slots-meter.ts";

type Seen = { readonly server: string; readonly report: Report };

/** The figures that whoever is on call asks for first. What no look has told is left out. */
export function factList(view: View): Html {
  const { servers } = view;
  const seen = servers.flatMap(({ server, report }) => (report === null ? [] : [{ server, report }]));
  const facts: readonly (readonly [string, Html])[] = [
    ["Servers", html`${seen.length} of ${servers.length} up`],
    ...(seen.length === 0 ? [] : [["Sessions", html`${sessionsOf(seen)}`] as const]),
    ...fullest(seen, servers.length > 1),
    ["Slots run out", soonest(seen, servers.length > 1)],
    ["Leash", html`${leashText(servers)}`],
  ];
  return html`<dl class="figures">
    ${facts.map(
      ([name, text]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}

function sessionsOf(seen: readonly Seen[]): number {
  return seen.reduce((sum, { report }) => sum + sessionsIn(report.snapshot.groups), 0);
}

/** The slots of the server that has the least left, by its share. */
function fullest(seen: readonly Seen[], isOneOfMany: boolean): readonly (readonly [string, Html])[] {
  const use = ({ report: { slots } }: Seen): number => (slots.limit > 0 ? slots.used / slots.limit : 0);
  const [first] = seen.toSorted((a, b) => use(b) - use(a));
  if (first === undefined) return [];
  const { used, limit } = first.report.slots;
  const where = isOneOfMany ? html` <small>on ${bounded(first.server)}</small>` : nothing;
  return [
    [isOneOfMany ? "Fullest" : "Slots", html`${used} of ${limit} ${slotsMeter(first.report.slots)}${where}`],
  ];
}

/** By the estimate; the bounds stand in the forecast below. */
function soonest(seen: readonly Seen[], isOneOfMany: boolean): Html {
  const [first] = seen
    .flatMap(({ server, report }) => report.exhaustions.map(({ inSeconds }) => ({ server, inSeconds })))
    .toSorted((a, b) => a.inSeconds.estimate - b.inSeconds.estimate);
  if (first === undefined) return html`${seen.length === 0 ? "unknown" : "no leak seen"}`;
  const where = isOneOfMany ? html` <small>on ${bounded(first.server)}</small>` : nothing;
  const { estimate } = first.inSeconds;
  return html`<b>${estimate <= 0 ? "have run out" : `in ${formatSpans(first.inSeconds).estimate}`}</b
    >${where}`;
}

/** Whether anybody is ended, over all servers. */
function leashText(servers: readonly ServerView[]): string {
  const leashes = servers.flatMap(({ report }) => report?.leash ?? []);
  if (leashes.length === 0)
    return servers.some(({ policy }) => policy.rules.length > 0) ? "unknown" : "watches only";
  const permits = leashes.map(({ situation }) => situation.permits);
  const enforcing = permits.filter(({ isEnforcing }) => isEnforcing).length;
  const paused = permits.filter(({ pause }) => pause !== null).length;
  return [enforcing > 0 ? "enforcing" : "dry run", ...(paused > 0 ? ["paused"] : [])].join(", ");
}

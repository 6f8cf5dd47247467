import type { CommentKeys } from "../classify/attribution/comment-keys.ts";
import type { Exhaustion } from "../classify/forecast/exhaustion.ts";
import type { Interval } from "../classify/forecast/interval.ts";
import type { Horizon } from "../classify/evidence/horizon.ts";
import type { OvergrownPool } from "../classify/pools/pool.ts";
import { suspectPools, type PoolSuspect } from "./aggregate.ts";
import { expectedSentences } from "./expectation-text.ts";
import { formatSpans, formatTimeOfDay } from "../readable-time.ts";
import { originOf } from "./origin.ts";
import type { Report } from "./report.ts";
import { shortCount } from "./short-count.ts";
import { shortened } from "./shortened.ts";
import type { ServerView } from "./view.ts";

/** The longest name that a sentence holds: PostgreSQL's own are shorter, routes need not be. */
const LONGEST_NAME = 64;

/** A horizon this old matters by itself; a younger one only if suspects are behind it. Any replication keeps some. */
const OLD_HORIZON_TRANSACTIONS = 1_000_000;

/**
 * What a table of suspects does not say, one sentence each: how fast pools leak, when slots run out, and who else holds
 * back vacuum; and who would stand in it, and is expected to take so long. The text is untrusted.
 */
export function outlook(servers: readonly ServerView[]): readonly string[] {
  const isOneOfMany = servers.length > 1;
  return servers.flatMap(({ server, report }) => {
    const sentences = report === null ? [] : sentencesOf(report);
    return sentences.map((sentence) => (isOneOfMany ? `${server}: ${sentence}` : sentence));
  });
}

function sentencesOf(report: Report): readonly string[] {
  const { sessions } = report.expected;
  return [...leaks(report), ...exhaustions(report), ...heldBack(report), ...expectedSentences(sessions)];
}

/** The fastest first, then those that are only too large. */
function leaks(report: Report): readonly string[] {
  return suspectPools(report)
    .toSorted((a, b) => perSecond(b) - perSecond(a))
    .map(({ pool, commentKeys }) => `${poolText(pool, commentKeys)}: ${sizeText(pool)}`);
}

function perSecond({ pool }: PoolSuspect): number {
  return pool.growth?.perSecond.estimate ?? 0;
}

function sizeText(pool: OvergrownPool): string {
  const { growth, leakedSessions, leakingSinceSeconds, sessions, excess } = pool;
  const above = excess > 0 ? `, ${excess} above its declared size` : "";
  if (growth !== null) {
    const since = formatTimeOfDay(leakingSinceSeconds ?? growth.sinceSeconds);
    return `${rateText(growth.perSecond)} leaked since ${since}, ${leakedSessions} so far${above}`;
  }
  const leaked = leakedSessions > 0 ? `, ${leakedSessions} leaked` : "";
  return `${sessions} sessions${above}${leaked}`;
}

/** What is empty, or differs between its sessions, is left out. */
function poolText({ name, holder }: OvergrownPool, commentKeys: CommentKeys): string {
  const origin = originOf(commentKeys);
  const parts = [
    ["pool ", name],
    ["application ", holder.applicationName === name ? null : holder.applicationName],
    ["role ", holder.usename],
    ["database ", holder.datname],
    [origin === null ? "" : `${origin.name} `, origin?.text],
  ] as const;
  const known = parts.flatMap(([what, text]) => (text ? [`${what}${shortened(text, LONGEST_NAME)}`] : []));
  return known.length === 0 ? "sessions without a name" : known.join(", ");
}

const units = [
  { seconds: 60, text: "a minute" },
  { seconds: 3600, text: "an hour" },
] as const;

const day = { seconds: 86400, text: "a day" };

/** Per the shortest time in which at least one leaks. */
function rateText({ estimate, lower, upper }: Interval): string {
  const unit = units.find(({ seconds }) => estimate * seconds >= 1) ?? day;
  const [rate, least, most] = [estimate, lower, upper].map((one) => (one * unit.seconds).toFixed(1));
  return `${rate} (${least} to ${most}) sessions ${unit.text}`;
}

/** The soonest first. */
function exhaustions(report: Report): readonly string[] {
  return report.exhaustions.toSorted((a, b) => a.inSeconds.estimate - b.inSeconds.estimate).map(exhaustion);
}

function exhaustion({ scope, name, inSeconds }: Exhaustion): string {
  const slots =
    scope === "server" ? "slots of the server" : `slots of ${scope} ${shortened(name, LONGEST_NAME)}`;
  if (inSeconds.estimate <= 0) return `${slots} have run out`;
  const { estimate, lower, upper } = formatSpans(inSeconds);
  return `${slots} run out in ${estimate} (${lower} to ${upper})`;
}

const holderTexts: Readonly<Record<Horizon["holder"], string>> = {
  session: "session",
  prepared_transaction: "prepared transaction",
  replication_slot: "replication slot",
  standby: "a standby",
  replication_slot_catalog: "replication slot",
};

/** Ending sessions gains vacuum nothing while something else holds an older horizon. A session is in the table. */
function heldBack({ horizons, suspects }: Report): readonly string[] {
  const oldest = horizons.find(({ holder }) => holder !== "replication_slot_catalog");
  const catalogs = horizons.find(({ holder }) => holder === "replication_slot_catalog");
  const isInTheWay = suspects.some(({ harm }) => harm.horizonAge !== null);
  const isTold = oldest !== undefined && oldest.holder !== "session" && (isInTheWay || isOld(oldest));
  return [
    ...(isTold ? [`vacuum is held back by ${holderText(oldest)}`] : []),
    ...(catalogs !== undefined && isOld(catalogs)
      ? [`vacuum of the system catalogs is held back by ${holderText(catalogs)}`]
      : []),
  ];
}

function isOld({ age }: Horizon): boolean {
  return age >= OLD_HORIZON_TRANSACTIONS;
}

function holderText({ holder, name, age }: Horizon): string {
  const whose = name === null ? "" : ` ${shortened(name, LONGEST_NAME)}`;
  return `${holderTexts[holder]}${whose} (${shortCount(age)} transactions)`;
}

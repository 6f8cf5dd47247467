import { beginsEncrypted, modeFor, nextStep, passesOf, shuffled } from "./attempt.ts";
import type { NextStep } from "./attempt.ts";
import { summarize, type ToldAttempt } from "./attempt-summary.ts";
import { shortenDeadline, type Deadline } from "../deadline.ts";
import { toFailure } from "../failure.ts";
import { makeAttempt, type Connected } from "./make-attempt.ts";
import type { ProbeOptions } from "../probe.ts";
import { lookUp } from "./look-up.ts";
import { resolveAddress } from "./resolve-address.ts";
import type { LookUp } from "./share-look-ups.ts";
import type { ConnectionSettings, ServerAddress, TargetSessionAttributes } from "../settings.ts";

/** What connecting takes from outside. */
export type ConnectMeans = {
  /** A number from 0 to below 1. */
  readonly random: () => number;
  readonly lookUp: LookUp;
  readonly makeAttempt: typeof makeAttempt;
};

const systemMeans: ConnectMeans = { random: Math.random, lookUp, makeAttempt };

/**
 * Opens a session with the first server that libpq would settle on, all within the deadline. Throws a `PostgresFailure` that tells
 * of every address; nothing is then left open.
 */
export async function connect(
  settings: ConnectionSettings,
  options: ProbeOptions,
  means: ConnectMeans = systemMeans,
): Promise<Connected> {
  const isRandom = settings.order === "random";
  const hosts = isRandom ? shuffled(settings.addresses, means.random) : settings.addresses;
  const passes = passesOf(settings.sessionAttributes);
  const told: ToldAttempt[] = [];
  let hostsAfter = passes.length * hosts.length;
  for (const wanted of passes) {
    for (const host of hosts) {
      hostsAfter -= 1;
      const result = await tryHost(host, { settings, options, means, wanted, hostsAfter, told });
      if (typeof result === "object") return result;
      if (result === "give_up") throw summarize(told);
    }
  }
  throw summarize(told);
}

/** One connect, as far as it has come. `told` is added to. */
type Course = {
  readonly settings: ConnectionSettings;
  readonly options: ProbeOptions;
  readonly means: ConnectMeans;
  readonly wanted: TargetSessionAttributes;
  /** How many hosts may have to be tried after this one. */
  readonly hostsAfter: number;
  readonly told: ToldAttempt[];
};

async function tryHost(host: ServerAddress, course: Course): Promise<Connected | NextStep> {
  const { settings, means, hostsAfter, told } = course;
  let addresses: readonly ServerAddress[];
  try {
    addresses = await resolveAddress(host, {
      lookUp: means.lookUp,
      deadline: shareOf(course, hostsAfter + 1),
    });
  } catch (error) {
    told.push({ address: host, isEncrypted: false, failure: toFailure(error) });
    return isTimeUp(course) ? "give_up" : "next_host";
  }
  const ordered = settings.order === "random" ? shuffled(addresses, means.random) : addresses;
  for (const [index, address] of ordered.entries()) {
    const deadline = shareOf(course, hostsAfter + ordered.length - index);
    const result = await tryAddress(address, course, deadline);
    if (result !== "next_address") return result;
  }
  return "next_host";
}

/** With TLS and without, in the order of the mode, as long as libpq would. One deadline holds for both. */
async function tryAddress(
  address: ServerAddress,
  course: Course,
  deadline: Deadline,
): Promise<Connected | NextStep> {
  const { settings, options, means, wanted, told } = course;
  const mode = modeFor(address, settings.tls.mode);
  const attemptOptions = { ...options, deadline, wanted };
  const attempt = async (isEncrypted: boolean, isRetry: boolean): Promise<Connected | NextStep> => {
    const result = await means.makeAttempt(settings, { address, isEncrypted }, attemptOptions);
    if ("session" in result) return result;
    told.push({ address, isEncrypted: result.isEncrypted, failure: result.failure });
    if (isTimeUp(course)) return "give_up";
    return nextStep(result.end, { mode, isEncrypted: result.isEncrypted, isRetry });
  };
  const isEncrypted = beginsEncrypted(address, mode);
  const first = await attempt(isEncrypted, false);
  return first === "other_encryption" ? await attempt(!isEncrypted, true) : first;
}

/** Timers run out a little early: with less than this nobody can be reached. */
const LEAST_SECONDS = 0.005;

function isTimeUp({ options: { deadline } }: Course): boolean {
  return deadline.remainingSeconds() < LEAST_SECONDS;
}

/**
 * How long the next address may take: never so long that those after it get less. libpq would wait for `connect_timeout` at
 * each, but has no look that must end.
 */
function shareOf({ settings, options: { deadline } }: Course, addressesLeft: number): Deadline {
  const share = deadline.remainingSeconds() / addressesLeft;
  return shortenDeadline(deadline, Math.min(share, settings.connectTimeoutSeconds ?? share));
}

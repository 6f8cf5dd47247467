import { completeConnection, connectionFromEnvironment } from "../postgres/connection-environment.ts";
import type { ConnectionResult, Environment } from "../postgres/connection-environment.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import type { Schedule, ServerConfig } from "./config.ts";
import { fillPools } from "./fill-pools.ts";
import { fillOverride, fillThresholds } from "./fill-thresholds.ts";
import type { Mistake } from "./issue.ts";
import type { FileConfig } from "./schema.ts";

type FileServer = NonNullable<FileConfig["servers"]>[number];
type FilePlace = Pick<FileServer, "every" | "cron" | "look_timeout" | "detectors" | "overrides" | "pools">;

const EVERY_SECONDS = 10;
const LOOK_TIMEOUT_SECONDS = 5;

/** The servers of the file, or the one of the environment, with everything filled in; or what is wrong with them. */
export function resolveServers(
  file: FileConfig,
  environment: Environment,
): { readonly servers: readonly ServerConfig[] } | { readonly mistakes: readonly ConnectionMistake[] } {
  const servers: ServerConfig[] = [];
  const mistakes: ConnectionMistake[] = [];
  const add = (name: string | undefined, place: FilePlace, index: number, result: ConnectionResult): void => {
    if ("problems" in result) mistakes.push(...result.problems.map((problem) => toMistake(problem, index)));
    else servers.push(resolveServer(name ?? nameOf(result.settings), result.settings, place, file));
  };
  if (file.servers === undefined) add(undefined, {}, 0, connectionFromEnvironment(environment));
  for (const [index, server] of (file.servers ?? []).entries()) {
    add(server.name, server, index, completeConnection(server.url, environment));
  }
  return mistakes.length > 0 ? { mistakes } : { servers };
}

/** A mistake in the file's URL, or in an environment variable where `variable` names one. */
export type ConnectionMistake = Mistake & { readonly variable: string | undefined };

type Problem = Extract<ConnectionResult, { readonly problems: unknown }>["problems"][number];

function toMistake(problem: Problem, index: number): ConnectionMistake {
  return { ...problem, path: ["servers", index, "url"], at: "value" };
}

function resolveServer(
  name: string,
  connection: ConnectionSettings,
  place: FilePlace,
  file: FileConfig,
): ServerConfig {
  const schedule = scheduleOf(place) ?? scheduleOf(file) ?? { everySeconds: EVERY_SECONDS };
  const longestLook = "everySeconds" in schedule ? schedule.everySeconds : LOOK_TIMEOUT_SECONDS;
  const places = [place.detectors, file.detectors];
  const overrides = [...(place.overrides ?? []), ...(file.overrides ?? [])];
  return {
    name,
    connection,
    schedule,
    lookTimeoutSeconds:
      place.look_timeout ?? file.look_timeout ?? Math.min(LOOK_TIMEOUT_SECONDS, longestLook),
    thresholds: {
      defaults: fillThresholds(places),
      overrides: overrides.map((override) => fillOverride(override, places)),
    },
    pools: fillPools([place.pools, file.pools]),
  };
}

function scheduleOf({ every, cron }: Pick<FilePlace, "every" | "cron">): Schedule | undefined {
  if (every !== undefined) return { everySeconds: every };
  return cron === undefined ? undefined : { cron };
}

/** `host:port`, the name by which Prometheus would know it too; a socket has no host. */
function nameOf({ host, port }: ConnectionSettings): string {
  if (host.startsWith("/")) return `local:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

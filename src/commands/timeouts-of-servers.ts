import type { ServerConfig } from "../config/config.ts";
import { timeoutsJson, type TimeoutPlace, type TimeoutsJson } from "../expose/timeouts-json.ts";
import { readTimeouts } from "../observe/read-timeouts.ts";
import { timeoutNames } from "../observe/timeouts.ts";
import { connect } from "../postgres/attempts/connect.ts";
import { startDeadline } from "../postgres/deadline.ts";
import type { Session } from "../postgres/session.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import { printable } from "../printable.ts";
import type { Advised } from "./advised.ts";
import { loadServers } from "./load-servers.ts";
import { mapAtMost, SERVERS_AT_ONCE } from "./map-at-most.ts";
import { reasonOf } from "./reason-of.ts";
import type { Runtime } from "./runtime.ts";

type Asked = {
  readonly configFile: string | undefined;
  readonly url: string | undefined;
  readonly server: string | undefined;
};

/** `isComplete`: each server answered. */
type Answered = { readonly timeouts: readonly TimeoutsJson[]; readonly isComplete: boolean };

/**
 * Asks the servers that are named which timeouts they have, within the time of a look each. `seen` are the roles and databases that were
 * seen together, by the name of the server. Standard error says who gave no answer; `null` where it is not known whom to ask.
 */
export async function timeoutsOfServers(
  runtime: Runtime,
  { configFile, url, server }: Asked,
  seen: Advised["seen"],
): Promise<Answered | null> {
  const loaded = await loadServers(runtime, configFile, url);
  if ("problems" in loaded) {
    runtime.writeError(`${loaded.problems.join("\n")}\n`);
    return null;
  }
  const all = loaded.config.servers;
  const servers = all.length === 1 ? all : all.filter(({ name }) => server === undefined || name === server);
  if (servers.length === 0) {
    const names = all.map(({ name }) => name).join(", ");
    runtime.writeError(
      `pgleash: no server ${printable(server ?? "")}: expected one of ${printable(names)}\n`,
    );
    return null;
  }
  const answers = await mapAtMost(SERVERS_AT_ONCE, servers, async (one) => {
    const places = placesAt(one.name, { seen, isOnlyServer: all.length === 1 });
    return await timeoutsOf(one, places).catch((error: unknown) => {
      runtime.writeError(`pgleash: ${printable(`${one.name}: ${reasonOf(error)}`)}\n`);
      return null;
    });
  });
  const timeouts = answers.filter((answer) => answer !== null);
  return { timeouts, isComplete: loaded.isComplete && timeouts.length === answers.length };
}

/** The roles and databases to ask about. The only server is the only one of the recordings, whatever it was called there. */
export function placesAt(
  server: string,
  { seen, isOnlyServer }: { readonly seen: Advised["seen"]; readonly isOnlyServer: boolean },
): readonly TimeoutPlace[] {
  const [first] = isOnlyServer && seen.size === 1 ? seen.values() : [];
  return seen.get(server) ?? first ?? [];
}

/** Throws a `PostgresFailure`. */
async function timeoutsOf(
  { name, connection, lookTimeoutSeconds }: ServerConfig,
  places: readonly TimeoutPlace[],
): Promise<TimeoutsJson> {
  const deadline = startDeadline(lookTimeoutSeconds);
  let session: Session | undefined;
  try {
    const connected = await connect(withoutTimeouts(connection), { deadline, lookTimeoutSeconds });
    session = connected.session;
    return timeoutsJson(name, await readTimeouts(session, deadline), places);
  } finally {
    await session?.close();
  }
}

/** What we ask for when we connect hides what the server would give us. Options that have nothing to do with it may be needed. */
function withoutTimeouts(connection: ConnectionSettings): ConnectionSettings {
  const options = connection.options?.toLowerCase().replaceAll("-", "_") ?? "";
  return timeoutNames.some((name) => options.includes(name))
    ? { ...connection, options: undefined }
    : connection;
}

import type { Environment } from "../postgres/naming/connection-environment.ts";
import { connectionsFromEnvironment } from "../postgres/naming/connections-from-environment.ts";
import type { ServerConfig, ServersFile } from "./config.ts";
import type { ConnectionMistake, ConnectionTold } from "./connection-mistake.ts";
import { resolveServer } from "./resolve-server.ts";
import { resolveServersFile } from "./resolve-targets.ts";
import type { FileConfig } from "./schema.ts";
import { serverConnection } from "./server-connection.ts";
import { serverName } from "./server-name.ts";

type FileServer = NonNullable<FileConfig["servers"]>[number];

type Wrong = { readonly mistakes: readonly ConnectionMistake[] };

type Named = { readonly servers: readonly ServerConfig[]; readonly warnings: readonly ConnectionTold[] };

export type ResolvedServers = (Named & { readonly serversFile: ServersFile | null }) | Wrong;

/**
 * The servers of the file, or those of the environment where it names none, with everything filled in, and where others are named; or
 * what is wrong with them.
 */
export function resolveServers(file: FileConfig, environment: Environment): ResolvedServers {
  const isNamed = file.servers !== undefined || file.servers_file !== undefined;
  const named = isNamed
    ? resolveFile(file, file.servers ?? [], environment)
    : resolveEnvironment(file, environment);
  const others = resolveServersFile(file, environment);
  const mistakes = [named, others].flatMap((one) => ("mistakes" in one ? one.mistakes : []));
  if ("mistakes" in named || "mistakes" in others) return { mistakes };
  const warnings = [...named.warnings, ...others.warnings];
  return { servers: named.servers, serversFile: others.serversFile, warnings };
}

function resolveFile(
  file: FileConfig,
  entries: readonly FileServer[],
  environment: Environment,
): Named | Wrong {
  const servers: ServerConfig[] = [];
  const warnings: ConnectionTold[] = [];
  const mistakes: ConnectionMistake[] = [];
  for (const [index, entry] of entries.entries()) {
    const result = serverConnection(entry, environment);
    if ("problems" in result) {
      mistakes.push(
        ...result.problems.map(({ key, ...problem }) => {
          return { ...problem, path: ["servers", index, key], at: "value" as const };
        }),
      );
      continue;
    }
    servers.push(resolveServer(entry.name, result.settings, entry, file));
    warnings.push(
      ...result.warnings.map(({ key, ...warning }) => ({ ...warning, path: ["servers", index, key] })),
    );
  }
  return mistakes.length > 0 ? { mistakes } : { servers, warnings };
}

function resolveEnvironment(file: FileConfig, environment: Environment): Named | Wrong {
  const servers: ServerConfig[] = [];
  const warnings: ConnectionTold[] = [];
  const mistakes: ConnectionMistake[] = [];
  for (const result of connectionsFromEnvironment(environment)) {
    if ("problems" in result) {
      mistakes.push(...result.problems.map((problem) => ({ ...problem, path: [], at: "value" as const })));
      continue;
    }
    const name = serverName(result.settings.addresses);
    warnings.push(...result.warnings.map((warning) => ({ ...warning, path: [] })));
    // One look sees every database of a server: whoever names several of them means one server.
    if (servers.some((server) => server.name === name)) warnings.push({ ...sameServer, path: [] });
    else servers.push(resolveServer(name, result.settings, {}, file));
  }
  return mistakes.length > 0 ? { mistakes } : { servers, warnings };
}

const sameServer = {
  origin: { type: "variable", variable: "DATA_SOURCE_NAME" },
  told: "it names a server twice, which is watched once: one look sees every database",
} as const;

import { stringify } from "yaml";

import { leakKinds } from "../classify/kind.ts";
import type { Thresholds } from "../classify/thresholds.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import type { Config, Schedule, ServerConfig } from "./config.ts";
import { formatDuration } from "./duration.ts";
import { describePolicy } from "./show-policy.ts";

/**
 * The configuration that holds, as YAML with every default filled in. Passwords are shown as `***`; with them
 * put back, the text loads to the same configuration.
 */
export function showConfig(config: Config): string {
  const { labelBudget: label_budget, commentLabels: comment_labels } = config;
  const servers = config.servers.map(describeServer);
  const file = { label_budget, comment_labels, servers, policy: describePolicy(config.policy) };
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

function describeServer(server: ServerConfig): object {
  const { name, connection, schedule, lookTimeoutSeconds, thresholds, pools } = server;
  return {
    name,
    url: maskedUrl(connection),
    ...describeSchedule(schedule),
    look_timeout: formatDuration(lookTimeoutSeconds),
    detectors: describeThresholds(thresholds.defaults),
    overrides: thresholds.overrides.map((override) => {
      return { match: override.match, detectors: describeThresholds(override.thresholds) };
    }),
    pools: pools.map(({ name: pool, match, size, maxOverflow: max_overflow, per }) => {
      return { name: pool, match, size, max_overflow, per };
    }),
  };
}

function describeSchedule(schedule: Schedule): object {
  return "cron" in schedule ? { cron: schedule.cron } : { every: formatDuration(schedule.everySeconds) };
}

function describeThresholds(thresholds: Partial<Thresholds>): object {
  return Object.fromEntries(
    leakKinds.flatMap((kind) => {
      const threshold = thresholds[kind];
      if (threshold === undefined) return [];
      const { enabled, suspectAfterSeconds, leakedAfterSeconds } = threshold;
      const suspect_after = formatDuration(suspectAfterSeconds);
      return [[kind, { enabled, suspect_after, leaked_after: formatDuration(leakedAfterSeconds) }]];
    }),
  );
}

function maskedUrl(connection: ConnectionSettings): string {
  const { host, port, user, password, database, sslMode, sslRootCert } = connection;
  const credentials = `${encodeURIComponent(user)}${password === undefined ? "" : ":***"}`;
  const address = host.includes(":") ? `[${host.replaceAll("%", "%25")}]` : encodeURIComponent(host);
  // "system" keeps PGSSLROOTCERT from being filled in when the text is loaded again.
  const certificate = sslRootCert ?? (sslMode === "verify-full" ? "system" : undefined);
  const query = certificate === undefined ? "" : `&sslrootcert=${encodeURIComponent(certificate)}`;
  return `postgres://${credentials}@${address}:${port}/${encodeURIComponent(database)}?sslmode=${sslMode}${query}`;
}

import { Document, isScalar } from "yaml";

import { leakKinds } from "../classify/kind.ts";
import type { ConfiguredPool } from "../classify/pools/pool.ts";
import type { Thresholds } from "../classify/thresholds.ts";
import type { Config, Schedule, ServerConfig, ServersFile } from "./config.ts";
import { formatDuration } from "./duration.ts";
import { describePolicy } from "./show-policy.ts";
import { shownConnection } from "./shown-connection.ts";
import { shownParts } from "./shown-parts.ts";

/**
 * The configuration that holds, as YAML with every default filled in. Passwords are shown as `***`; with them put back, the
 * text loads to the same configuration where no `PG*` variable is set.
 */
export function showConfig(config: Config): string {
  const { labelBudget: label_budget, commentLabels: comment_labels } = config;
  const { serversFile } = config;
  // Without a servers file there is at least one server; an empty list would be a mistake.
  const servers = config.servers.length === 0 ? {} : { servers: config.servers.map(describeServer) };
  const others = serversFile === null ? {} : describeServersFile(serversFile);
  const policy = describePolicy(config.policy);
  const file = { label_budget, comment_labels, ...servers, ...others, policy };
  const document = new Document(file, { aliasDuplicateObjects: false });
  commentSizes(document, ["servers_template"], serversFile?.template.common.pools ?? []);
  for (const [index, { connection, pools }] of config.servers.entries()) {
    commentSizes(document, ["servers", index], pools);
    const { comment } = shownConnection(connection);
    const node = document.getIn(["servers", index, "url_file"], true);
    if (comment !== undefined && isScalar(node)) node.comment = ` ${comment}`;
  }
  return document.toString({ lineWidth: 0 });
}

function describeServer({ name, connection, ...common }: ServerConfig): object {
  return { name, ...shownConnection(connection).keys, ...describeCommon(common) };
}

/** Of the connection only what the file says: the rest is filled in for each target. */
function describeServersFile({ patterns, template: { keys, common }, allowedHosts }: ServersFile): object {
  const { url, password_file, sslpassword_file } = keys;
  const connection = {
    ...(url === undefined || Object.keys(url).length === 0 ? {} : { url: shownParts(url) }),
    ...(password_file === undefined ? {} : { password_file }),
    ...(sslpassword_file === undefined ? {} : { sslpassword_file }),
  };
  const servers_template = { ...connection, ...describeCommon(common) };
  return { servers_file: patterns, servers_template, allowed_hosts: allowedHosts ?? undefined };
}

function describeCommon(common: Omit<ServerConfig, "name" | "connection">): object {
  const { schedule, lookTimeoutSeconds, quickEverySeconds, thresholds, pools } = common;
  return {
    ...describeSchedule(schedule),
    look_timeout: formatDuration(lookTimeoutSeconds),
    quick_every: formatDuration(quickEverySeconds ?? 0),
    detectors: describeThresholds(thresholds.defaults),
    overrides: thresholds.overrides.map((override) => {
      return { match: override.match, detectors: describeThresholds(override.thresholds) };
    }),
    expected: thresholds.expected.map(({ match, forSeconds, kinds, reason }) => {
      return { match, for: formatDuration(forSeconds), kinds, reason: reason ?? undefined };
    }),
    expect_markers: thresholds.markers.map(({ match, atMostSeconds, inAllSeconds }) => {
      return { match, at_most: formatDuration(atMostSeconds), in_all: formatDuration(inAllSeconds) };
    }),
    pools: pools.map(describePool),
  };
}

function describePool({
  name,
  match,
  size,
  formula,
  maxOverflow: max_overflow,
  per,
}: ConfiguredPool): object {
  if (formula === null) return { name, match, size, max_overflow, per };
  const { workers, connectionsPerWorker: connections_per_worker, buffer } = formula;
  return { name, match, workers, connections_per_worker, buffer, max_overflow, per };
}

/** What a formula comes to stands beside it as a comment: as a key it would be a second way to say it. */
function commentSizes(
  document: Document,
  place: readonly (string | number)[],
  pools: readonly ConfiguredPool[],
): void {
  for (const [index, { formula, size }] of pools.entries()) {
    const node = document.getIn([...place, "pools", index, "buffer"], true);
    if (formula !== null && isScalar(node)) node.comment = ` size ${size}`;
  }
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

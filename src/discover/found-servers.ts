import type { ServerConfig, ServersFile } from "../config/config.ts";
import { formatIssue, type ConfigIssue } from "../config/issue.ts";
import { placeOf, type Target } from "../config/target.ts";
import { MOST_TARGETS } from "../config/target-groups.ts";
import { inTurns } from "./in-turns.ts";
import type { KnownFiles } from "./known-files.ts";

/** So many servers in one process, those of the configuration included: each has a connection, and some 300 time series. */
export const MOST_SERVERS = 1000;

/** A server for each target, and why targets are left out: one line each, and one for all that are too many. */
export type FoundServers = {
  readonly servers: readonly ServerConfig[];
  readonly refused: readonly string[];
  readonly refusedTargets: number;
};

/** What targets came to before: one that stays the same stays the same server. */
export type Resolve = ServersFile["serverOf"];

/**
 * The servers that the files name, behind those of the configuration. A name belongs to whoever has it first; another target of that
 * name is left out, and harms nobody else. What is too many is counted, and not looked at. Depends on nothing but what is given, and
 * what `resolve` reads.
 */
export async function foundServers(
  own: readonly ServerConfig[],
  files: KnownFiles,
  resolve: Resolve,
): Promise<FoundServers> {
  const servers = new Map(own.map((server) => [server.name, server]));
  const places = new Map(own.map(({ name }) => [name, "the configuration"]));
  const refused: string[] = [];
  let refusedTargets = 0;
  const targets = [...files.values()].flatMap((file) => file.targets);
  const refuse = (issues: readonly ConfigIssue[]): void => {
    refusedTargets += 1;
    refused.push(...issues.map(formatIssue));
  };
  const beyond: Target[] = [];
  await inTurns(targets.entries(), ([index, target]) => {
    if (servers.size >= MOST_SERVERS || index >= MOST_TARGETS) return void beyond.push(target);
    const result = resolve(target);
    if ("issues" in result) return refuse(result.issues);
    const { server } = result;
    const taken = places.get(server.name);
    if (taken !== undefined) return refuse([sameName(target, taken)]);
    servers.set(server.name, server);
    places.set(server.name, placeText(target));
  });
  const [first] = beyond;
  if (first !== undefined)
    refused.push(formatIssue({ ...first.place, ...tooMany, got: `${beyond.length} targets more` }));
  return { servers: [...servers.values()], refused, refusedTargets: refusedTargets + beyond.length };
}

function sameName(target: Target, taken: string): ConfigIssue {
  const { label } = target;
  const hint =
    label === undefined
      ? "give it one with the label server"
      : "a label server or instance names one target: write one group for each";
  const expected = "a server whose name no other one has";
  return { ...placeOf(target, undefined), expected, got: `that of ${taken}`, hint };
}

const tooMany = {
  expected: `at most ${MOST_SERVERS} servers, and ${MOST_TARGETS} targets`,
  hint: "start another pgleash for some of them",
};

function placeText({ place: { source, position, path } }: Target): string {
  const at = position === undefined ? "" : `:${position.line}:${position.column}`;
  return `${source}${at}: ${path}`;
}

/** Resolves each target once, so that a server whose target stays the same is the same value. Forgets what is asked for no more. */
export function rememberingResolve(resolve: Resolve): {
  readonly resolve: Resolve;
  readonly forgetUnused: () => void;
} {
  let last = new Map<string, ReturnType<Resolve>>();
  let used = new Map<string, ReturnType<Resolve>>();
  return {
    resolve(target) {
      const { text, label } = target;
      const key = JSON.stringify([text, label]);
      const known = used.get(key) ?? last.get(key);
      // What is wrong is told with its place, which may be another one now.
      const result = known === undefined || "issues" in known ? resolve(target) : known;
      used.set(key, result);
      return result;
    },
    forgetUnused() {
      [last, used] = [used, new Map()];
    },
  };
}

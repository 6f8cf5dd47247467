import { linesOf } from "./lines.ts";
import { readLookLine } from "./look-line.ts";
import { whyUnreadable } from "./why-unreadable.ts";
import { recordVersion, type RecordedLook } from "./recorded-look.ts";
import type { PolicyReplay } from "./policy-replay.ts";
import type { ReplayRules } from "./replay.ts";
import { firstServerReplay, replayed, type ServerReplay } from "./server-replay.ts";

/** A policy to try, by the file that it stands in. */
export type TriedPolicy = {
  readonly file: string;
  /** What holds for a server of this name; `null` where the file does not say. */
  readonly rulesFor: (server: string) => ReplayRules | null;
};

export type FileReplay = {
  /** In the order of the policies. */
  readonly replays: readonly PolicyReplay[];
  /** Lines that were torn by a crash, damaged, or are not ours, and where the first of them is. */
  readonly unreadable: { readonly lines: number; readonly first: number };
  /** Some of the servers that were left out. */
  readonly otherServers: readonly string[];
};

/** More than anybody watches with one process. */
const MOST_SERVERS = 1000;

const MOST_OTHERS = 10;

type Running = {
  readonly policies: readonly TriedPolicy[];
  /** The one whose looks are replayed; `undefined` for all. */
  readonly server: string | undefined;
  /** By the name of the server, in the order of the policies. */
  readonly replays: Map<string, readonly ServerReplay[]>;
  readonly others: Set<string>;
  unreadable: FileReplay["unreadable"];
};

/**
 * Replays a file under these policies, line by line; with a `server`, only the looks at that one. The problem, in words, is
 * that the file cannot be read, that a newer pgleash wrote it, or that a policy is for other servers.
 */
export async function replayFile(
  path: string,
  policies: readonly TriedPolicy[],
  server: string | undefined,
): Promise<FileReplay | { readonly problem: string }> {
  const unreadable = { lines: 0, first: 0 };
  const running: Running = { policies, server, replays: new Map(), others: new Set(), unreadable };
  try {
    for await (const { number, text } of linesOf(path)) {
      if (text === "") continue;
      const problem = follow(running, number, text);
      if (problem !== null) return { problem: `${path}:${number}: ${problem}` };
    }
  } catch (error) {
    return { problem: `${path} cannot be read: ${whyUnreadable(error)}` };
  }
  return {
    replays: policies.map(({ file }, index) => ({ file, servers: replaysAt(running, index) })),
    unreadable: running.unreadable,
    otherServers: [...running.others],
  };
}

/** Of one of the policies. */
function replaysAt({ replays }: Running, index: number): PolicyReplay["servers"] {
  return new Map(
    [...replays].flatMap(([server, all]) => all.slice(index, index + 1).map((one) => [server, one] as const)),
  );
}

/** Adds what one line comes to. What is wrong with it, if that ends it all. */
function follow(running: Running, number: number, text: string | null): string | null {
  const read = text === null ? null : readLookLine(text);
  if (read?.type === "newer")
    return `a newer pgleash wrote it: version ${read.version} of a recorded look, and this one knows ${recordVersion}`;
  if (read?.type !== "look") {
    const { lines, first } = running.unreadable;
    running.unreadable = { lines: lines + 1, first: lines === 0 ? number : first };
    return null;
  }
  const { look } = read;
  if (running.server === undefined || look.server === running.server) return replayUnderAll(running, look);
  if (running.others.size < MOST_OTHERS) running.others.add(look.server);
  return null;
}

function replayUnderAll({ policies, replays }: Running, look: RecordedLook): string | null {
  const { server } = look;
  const before = replays.get(server);
  if (before === undefined && replays.size >= MOST_SERVERS)
    return `there are looks at more than ${MOST_SERVERS} servers: choose one with --server`;
  const after: ServerReplay[] = [];
  for (const [index, { file, rulesFor }] of policies.entries()) {
    const rules = rulesFor(server);
    if (rules === null)
      return `a look at ${JSON.stringify(server)}, and ${file} names several servers, but not this one`;
    after.push(replayed(before?.[index] ?? firstServerReplay, look, rules));
  }
  replays.set(server, after);
  return null;
}

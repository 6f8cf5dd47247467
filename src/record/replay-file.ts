import type { PolicyReplay } from "./policy-replay.ts";
import { readLooks, type LeftOut } from "./read-looks.ts";
import type { RecordedLook } from "./recorded-look.ts";
import type { ReplayRules } from "./replay.ts";
import { firstServerReplay, replayed, type ServerReplay } from "./server-replay.ts";

/** A policy to try, by the file that it stands in. */
export type TriedPolicy = {
  readonly file: string;
  /** What holds for a server of this name; `null` where the file does not say. */
  readonly rulesFor: (server: string) => ReplayRules | null;
};

/** Replays are in the order of the policies. */
export type FileReplay = LeftOut & { readonly replays: readonly PolicyReplay[] };

/** By the name of the server, in the order of the policies. */
type ServerReplays = Map<string, readonly ServerReplay[]>;

/**
 * Replays a file under these policies, line by line; with a `server`, only the looks at that one. The problem, in words, is
 * one of `readLooks`, or that a policy is for other servers.
 */
export async function replayFile(
  path: string,
  policies: readonly TriedPolicy[],
  server: string | undefined,
): Promise<FileReplay | { readonly problem: string }> {
  const replays: ServerReplays = new Map();
  const read = await readLooks([path], { server, take: (look) => replayUnderAll(replays, policies, look) });
  if ("problem" in read) return read;
  return {
    ...read,
    replays: policies.map(({ file }, index) => ({ file, servers: replaysAt(replays, index) })),
  };
}

/** Of one of the policies. */
function replaysAt(replays: ServerReplays, index: number): PolicyReplay["servers"] {
  return new Map(
    [...replays].flatMap(([server, all]) => all.slice(index, index + 1).map((one) => [server, one] as const)),
  );
}

function replayUnderAll(
  replays: ServerReplays,
  policies: readonly TriedPolicy[],
  look: RecordedLook,
): string | null {
  const { server } = look;
  const before = replays.get(server);
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

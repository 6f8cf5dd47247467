import { linesOf } from "./lines.ts";
import { readLookLine } from "./look-line.ts";
import { recordVersion, type RecordedLook } from "./recorded-look.ts";
import { whyUnreadable } from "./why-unreadable.ts";

/** What was left out of recordings that were read to their end. */
export type LeftOut = {
  /** Lines that were torn by a crash, damaged, or are not ours, and where the first of them is: `file:line`, or nothing. */
  readonly unreadable: { readonly lines: number; readonly first: string };
  /** Some of the servers whose looks nobody wanted. */
  readonly otherServers: readonly string[];
};

export type LookReader = {
  /** Whose looks are wanted; `undefined` for all. */
  readonly server: string | undefined;
  /** Takes one look of one of the files. What is wrong with it, in words, if that ends it all. */
  readonly take: (look: RecordedLook, fileIndex: number) => string | null;
};

/** More than anybody watches with one process. */
const MOST_SERVERS = 1000;

const MOST_OTHERS = 10;

type Reading = LookReader & {
  readonly servers: Set<string>;
  readonly others: Set<string>;
  unreadable: LeftOut["unreadable"];
};

/**
 * Reads one recording after the other, line by line. The problem, in words and with its place, is that a file cannot be read, that
 * a newer pgleash wrote it, that it is about more servers than anybody watches, or what the reader says of a look.
 */
export async function readLooks(
  paths: readonly string[],
  reader: LookReader,
): Promise<LeftOut | { readonly problem: string }> {
  const reading: Reading = {
    ...reader,
    servers: new Set(),
    others: new Set(),
    unreadable: { lines: 0, first: "" },
  };
  for (const [fileIndex, path] of paths.entries()) {
    try {
      for await (const { number, text } of linesOf(path)) {
        if (text === "") continue;
        const place = `${path}:${number}`;
        const problem = readOn(reading, { fileIndex, place, text });
        if (problem !== null) return { problem: `${place}: ${problem}` };
      }
    } catch (error) {
      return { problem: `${path} cannot be read: ${whyUnreadable(error)}` };
    }
  }
  return { unreadable: reading.unreadable, otherServers: [...reading.others] };
}

/** Adds what one line comes to. What is wrong with it, if that ends it all. */
function readOn(
  reading: Reading,
  {
    fileIndex,
    place,
    text,
  }: { readonly fileIndex: number; readonly place: string; readonly text: string | null },
): string | null {
  const read = text === null ? null : readLookLine(text);
  if (read?.type === "newer")
    return `a newer pgleash wrote it: version ${read.version} of a recorded look, and this one knows ${recordVersion}`;
  if (read?.type !== "look") {
    const { lines, first } = reading.unreadable;
    reading.unreadable = { lines: lines + 1, first: lines === 0 ? place : first };
    return null;
  }
  const { server, servers, others } = reading;
  const { look } = read;
  if (server !== undefined && look.server !== server) {
    if (others.size < MOST_OTHERS) others.add(look.server);
    return null;
  }
  servers.add(look.server);
  return servers.size > MOST_SERVERS
    ? `there are looks at more than ${MOST_SERVERS} servers: choose one with --server`
    : reading.take(look, fileIndex);
}

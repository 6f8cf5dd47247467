import { formatIssue } from "../config/issue.ts";
import type { Target } from "../config/target.ts";
import type { FileRead, FilesRead } from "./read-files.ts";
import type { TargetReader } from "./target-reader.ts";

/** What is known of one file: the targets of the last time that it could be read, and what is wrong with it now. */
export type KnownFile = {
  readonly pattern: string;
  /** Of the content that was read last, good or bad; empty where none could be read, and where nobody could tell what it says. */
  readonly digest: string;
  /** Of a content that the reader failed at, whose fault may be a busy machine: it is asked again, but not at every change. */
  readonly failedAt: string | null;
  readonly targets: readonly Target[];
  readonly problems: readonly string[];
};

/** By path, in the order in which they are named. */
export type KnownFiles = ReadonlyMap<string, KnownFile>;

/**
 * What is known after the files were read again. Whoever breaks a file takes nobody away: its targets stay. Those of a file
 * that a pattern with `*` finds no more are gone, and so are those of a path that is named no more. Only what changed is asked of
 * the reader, and what it failed at last: it must not take the time of all others.
 */
export async function afterReading(
  before: KnownFiles,
  reads: FilesRead,
  reader: Pick<TargetReader, "read">,
): Promise<KnownFiles> {
  const asked = new Map<string, KnownFile>();
  const hasFailed = ({ path }: FileRead): boolean => (before.get(path)?.failedAt ?? null) !== null;
  for (const read of reads.toSorted((a, b) => Number(hasFailed(a)) - Number(hasFailed(b))))
    if (!isOfFolder(read)) asked.set(read.path, await known(before, read, reader));
  const files = new Map<string, KnownFile>();
  for (const read of reads) {
    const file = asked.get(read.path);
    if (file !== undefined) files.set(read.path, file);
    else if ("failure" in read) for (const [path, kept] of keptOf(before, read)) files.set(path, kept);
  }
  return files;
}

/** Whether the reader had no time for some of them, failed at some, or knows them all. */
export function answered(files: KnownFiles, reads: FilesRead): "all" | "not all" | "failed" {
  const unknown = reads.filter(
    (read) => !("failure" in read) && files.get(read.path)?.digest !== read.digest,
  );
  if (unknown.length === 0) return "all";
  return unknown.some(({ path }) => files.get(path)?.failedAt === null) ? "not all" : "failed";
}

/** With these, what the reader failed at is asked of it again. */
export function forgettingFailures(files: KnownFiles): KnownFiles {
  return new Map([...files].map(([path, file]) => [path, { ...file, failedAt: null }]));
}

/** Its folder could not be read: nobody knows which files are there. */
function isOfFolder(read: FileRead): boolean {
  return "failure" in read && read.path === read.pattern && read.pattern.includes("*");
}

function keptOf(
  before: KnownFiles,
  { pattern, failure }: FileRead & { readonly failure: string },
): readonly (readonly [string, KnownFile])[] {
  const problems = [failure];
  const kept = [...before].filter(([path, file]) => file.pattern === pattern && path !== pattern);
  return [[pattern, { pattern, digest: "", failedAt: null, targets: [], problems }], ...kept];
}

async function known(
  before: KnownFiles,
  read: FileRead,
  reader: Pick<TargetReader, "read">,
): Promise<KnownFile> {
  const { pattern, path } = read;
  const last = before.get(path);
  const unknown = { pattern, digest: "", failedAt: null, targets: last?.targets ?? [] };
  if ("failure" in read) return { ...unknown, problems: [read.failure] };
  const { digest, text } = read;
  if (last?.digest === digest || last?.failedAt === digest) return { ...last, pattern };
  const parsed = await reader.read({ name: path, text });
  if ("failure" in parsed) {
    const failedAt = parsed.isOfFile ? digest : null;
    return { ...unknown, failedAt, problems: [parsed.failure] };
  }
  if ("targets" in parsed) return { ...unknown, digest, targets: parsed.targets, problems: [] };
  const { issues, untold } = parsed;
  const more = untold === 0 ? [] : [`${path}: and ${untold} more`];
  return { ...unknown, digest, problems: [...issues.map(formatIssue), ...more] };
}

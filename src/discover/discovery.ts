import { createFileTurns } from "../file-turns.ts";
import type { Config, ServerConfig, ServersFile } from "../config/config.ts";
import type { ServersFileView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import { foundServers, rememberingResolve } from "./found-servers.ts";
import { afterReading, answered, forgettingFailures, type KnownFiles } from "./known-files.ts";
import { digestOf, readFiles, type FilesRead } from "./read-files.ts";
import { createTargetReader, type TargetReader } from "./target-reader.ts";
import { tellFound, whoStays } from "./tell-found.ts";

/** The servers that a configuration and its servers files name, as the files are now. */
export type Discovery = {
  /** From now on the servers of this configuration. Its servers files were read, and are watched. */
  use(config: Config): Promise<void>;
  /** All of them, as was found last. */
  servers(): readonly ServerConfig[];
  /** `null` where no file names servers. */
  state(): ServersFileView | null;
  stop(): void;
};

export type DiscoveryOptions = {
  readonly log: Log;
  /** Called when the files name other servers, or name them otherwise. The files are left alone until it is done. */
  readonly onFound: () => Promise<void>;
  /** Called when the state changed. */
  readonly onChange: () => void;
  /** How often the files are read, and how. */
  readonly everySeconds?: number;
  /** When a file is tried again that the reader failed at. */
  readonly retrySeconds?: number;
  readonly read?: typeof readFiles;
  /** What tells what stands in those that changed: another one each time that some did. */
  readonly startReader?: () => TargetReader;
  /** How long a disk may take for all of them. */
  readonly patienceSeconds?: number;
};

const compiledThread = new URL("./target-thread.js", import.meta.url);

const EVERY_SECONDS = 5;

/** Such a file may cost seconds of a whole processor. */
const RETRY_SECONDS = 60;

/** A disk that hangs must not keep the servers of the configuration from being watched. */
const PATIENCE_SECONDS = 5;

/** The files of one configuration. */
type InUse = {
  readonly own: readonly ServerConfig[];
  readonly serversFile: ServersFile;
  readonly remembering: ReturnType<typeof rememberingResolve>;
  /** What was taken over, and what was read last. */
  taken: string;
  seen: string;
  /** Of what was taken over. */
  answered: ReturnType<typeof answered>;
  /** When what the reader failed at is asked of it again. */
  retryMs: number;
};

/** What the files came to. */
type Found = {
  readonly files: KnownFiles;
  readonly servers: readonly ServerConfig[];
  /** Those of them that the files name. */
  readonly named: readonly ServerConfig[];
  readonly view: ServersFileView | null;
  /** What was told of problems. */
  readonly told: string;
};

const nothing: Found = { files: new Map(), servers: [], named: [], view: null, told: "" };

/**
 * Files are compared by what is in them: that works on every kind of disk. What changed is taken over when the next reading finds it
 * the same, so that a file that is being written does not take servers away for a moment.
 */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { log, onFound, onChange, everySeconds = EVERY_SECONDS, retrySeconds = RETRY_SECONDS } = options;
  const { startReader = () => createTargetReader(compiledThread) } = options;
  const read = readPatiently(options);
  let inUse: InUse | null = null;
  let found = nothing;
  let timer: NodeJS.Timeout | undefined;

  /** Whatever fails, what was found last stays. */
  async function take(used: InUse, reads: FilesRead): Promise<void> {
    [used.taken, used.seen, used.answered] = [digestOf(reads), digestOf(reads), "all"];
    const reader = startReader();
    const before = beforeTaking(used, found, retrySeconds);
    const next = await foundIn(used, reads, { before, log, reader }).catch((error: unknown) => {
      log.error({ err: error }, `servers files not taken over: ${whoStays("they", found.named.length)}`);
      return notTaken(found, used.own);
    });
    await reader.stop();
    if (used !== inUse) return;
    found = next;
    onChange();
  }

  async function refresh(used: InUse): Promise<void> {
    const reads = await read(used.serversFile.patterns);
    const digest = digestOf(reads);
    const isSettled = digest === used.seen;
    used.seen = digest;
    const isKnown = used.answered === "all" || (used.answered === "failed" && !isTimeToRetry(used));
    if (used !== inUse || (digest === used.taken && isKnown) || !isSettled) return;
    await take(used, reads);
    if (used === inUse) await onFound();
  }

  function keepReading(used: InUse): void {
    if (used !== inUse) return;
    const again = (): void =>
      void refresh(used)
        .catch((error: unknown) => log.error({ err: error }, "servers files not followed this time"))
        .finally(() => keepReading(used));
    timer = setTimeout(again, everySeconds * 1000);
  }

  return {
    servers: () => found.servers,
    state: () => found.view,
    async use({ servers: own, serversFile }) {
      clearTimeout(timer);
      inUse = null;
      if (serversFile === null) {
        found = { ...nothing, servers: own };
        return;
      }
      const remembering = rememberingResolve(serversFile.serverOf);
      const used: InUse = { own, serversFile, remembering, taken: "", seen: "", answered: "all", retryMs: 0 };
      inUse = used;
      await take(used, await read(serversFile.patterns));
      keepReading(used);
    },
    stop() {
      inUse = null;
      clearTimeout(timer);
    },
  };
}

function isTimeToRetry({ retryMs }: InUse): boolean {
  return performance.now() >= retryMs;
}

function beforeTaking(used: InUse, found: Found, retrySeconds: number): Found {
  if (!isTimeToRetry(used)) return found;
  used.retryMs = performance.now() + retrySeconds * 1000;
  return { ...found, files: forgettingFailures(found.files) };
}

/** Where the disk gives no answer in time, that is what is wrong with each of the patterns. */
function readPatiently({
  read = readFiles,
  patienceSeconds = PATIENCE_SECONDS,
}: DiscoveryOptions): typeof readFiles {
  const turns = createFileTurns(patienceSeconds);
  return (patterns) =>
    turns
      .take(() => read(patterns))
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        return patterns.map((pattern) => {
          return { pattern, path: pattern, failure: `${pattern}: ${why}`, isMissing: false };
        });
      });
}

/** Nobody who was watched goes; the configuration may have other servers of its own by now. */
function notTaken({ named, ...before }: Found, own: readonly ServerConfig[]): Found {
  const taken = new Set(own.map(({ name }) => name));
  const others = named.filter(({ name }) => !taken.has(name));
  const { lastSuccessSeconds = null, refusedTargets = 0 } = before.view ?? {};
  const view = { isSuccessful: false, lastSuccessSeconds, refusedTargets };
  return { ...before, servers: [...own, ...others], named: others, view };
}

async function foundIn(
  used: InUse,
  reads: FilesRead,
  { before, log, reader }: { readonly before: Found; readonly log: Log; readonly reader: TargetReader },
): Promise<Found> {
  const { own, remembering } = used;
  const files = await afterReading(before.files, reads, reader);
  used.answered = answered(files, reads);
  const { servers, refused, refusedTargets } = await foundServers(own, files, remembering.resolve);
  remembering.forgetUnused();
  const problems = [...files.values()].flatMap((file) => file.problems);
  const told = tellFound(log, {
    before: before.servers,
    after: servers,
    namedBefore: before.named.length,
    namedAfter: servers.length - own.length,
    problems,
    refused,
    told: before.told,
  });
  const isSuccessful = problems.length === 0;
  const lastSuccessSeconds = isSuccessful ? Date.now() / 1000 : (before.view?.lastSuccessSeconds ?? null);
  return {
    files,
    servers,
    named: servers.slice(own.length),
    view: { isSuccessful, lastSuccessSeconds, refusedTargets },
    told,
  };
}

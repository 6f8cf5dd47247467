import { createFileTurns } from "../../file-turns.ts";
import { oneForAll } from "../../one-for-all.ts";
import { createConfigInForce, type InForceOptions } from "./config-in-force.ts";
import { readDigested } from "./digested-file.ts";
import type { Digests, LoadedWebConfig } from "./load-web-config.ts";
import { openWebConfig, type WebConfig } from "./web-config.ts";

/** A web configuration that follows its files. */
export type LiveWebConfig = {
  /** What holds, after a look at the files that is at most a second old, if the disk answers. */
  current(): Promise<WebConfig>;
  /** What holds, after a look at the files now, if the disk answers. */
  latest(): Promise<WebConfig>;
  /** Reads the files anew, and believes what they say even where it takes protection away. Answers with what is wrong. */
  reload(): Promise<readonly string[]>;
};

export type LiveOptions = InForceOptions & {
  /** Reads the files. */
  readonly load: () => Promise<LoadedWebConfig>;
  /** How long the disk may take; 1 second by default. */
  readonly patienceSeconds?: number;
};

const LONGEST_BLINDNESS_SECONDS = 1;

const PATIENCE_SECONDS = 1;

/** Nobody gave a file: everybody may read. */
export const noWebConfig: LiveWebConfig = {
  current: () => Promise.resolve(openWebConfig),
  latest: () => Promise.resolve(openWebConfig),
  reload: () => Promise.resolve([]),
};

/**
 * Follows the files of a configuration that was read already. They are looked at when somebody asks, not on a timer. While
 * the disk hangs, or the files cannot be read for another reason, the last good ones hold.
 */
export function followWebConfig(
  first: LoadedWebConfig & { readonly config: WebConfig },
  { load, patienceSeconds = PATIENCE_SECONDS, ...options }: LiveOptions,
): LiveWebConfig {
  const { now } = options;
  const inForce = createConfigInForce(first.config, options);
  const turns = createFileTurns(patienceSeconds);
  /** Of what was read last; `null` where it must be read again, whatever it is. */
  let digests: Digests | null = first.digests;
  let checkedSeconds = now();

  async function readIfChanged(): Promise<void> {
    if (digests !== null && !(await hasChanged(digests))) {
      inForce.offerAgain();
      return;
    }
    const loaded = await load();
    digests = loaded.digests;
    inForce.offer(loaded);
  }

  function keep(error: unknown): readonly string[] {
    digests = null;
    const problems = [`the files cannot be read: ${error instanceof Error ? error.message : String(error)}`];
    inForce.refuse(problems);
    return problems;
  }

  const readOnce = oneForAll(async () => {
    await turns.take(readIfChanged).catch(keep);
  });

  async function look(): Promise<WebConfig> {
    // At once, so that whoever comes while this looks does not look, too.
    checkedSeconds = now();
    await readOnce();
    return inForce.config();
  }

  async function reload(): Promise<readonly string[]> {
    let isGivenUp = false;
    const reading = turns.take(async () => {
      const loaded = await load();
      // Whoever asked was told that it failed.
      if (isGivenUp) return [];
      digests = loaded.digests;
      return inForce.impose(loaded);
    });
    return reading.catch((error: unknown) => {
      isGivenUp = true;
      return keep(error);
    });
  }

  return {
    current: async () => (now() - checkedSeconds < LONGEST_BLINDNESS_SECONDS ? inForce.config() : look()),
    latest: look,
    reload,
  };
}

async function hasChanged(digests: Digests): Promise<boolean> {
  for (const [path, digest] of digests) if ((await readDigested(path)).digest !== digest) return true;
  return false;
}

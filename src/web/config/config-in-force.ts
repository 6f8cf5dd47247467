import type { LoadedWebConfig } from "./load-web-config.ts";
import { weakenings } from "./weakenings.ts";
import type { WebConfig } from "./web-config.ts";

/** The configuration that holds, and what it takes for another one to. */
export type ConfigInForce = {
  config(): WebConfig;
  /** What the files say now. */
  offer(loaded: LoadedWebConfig): void;
  /** The files still say what was offered last. */
  offerAgain(): void;
  /** What the files say now holds, even where it takes protection away. Answers with what is wrong. */
  impose(loaded: LoadedWebConfig): readonly string[];
  /** Nobody knows what the files say. */
  refuse(problems: readonly string[]): void;
};

export type InForceOptions = {
  /** Told when other settings hold than before, or files are good again. */
  readonly onApplied: (config: WebConfig) => void;
  /** Told what is wrong with changed files; the last good ones hold then. */
  readonly onRefused: (problems: readonly string[]) => void;
  /** A steady clock, in seconds. */
  readonly now: () => number;
};

/** So long files must stay the same before they make a lock looser: nobody is in the middle of writing them. */
const SETTLED_AFTER_SECONDS = 1;

const fromReload =
  "that holds from a reload (SIGHUP) on, because a file that is being written may look like it";

/**
 * A good configuration holds at once. One that makes a lock looser waits until it was offered twice, a second apart; one that
 * takes a lock away waits until it is imposed. Both may be of a file that somebody is just writing, and what a full disk leaves
 * of a file looks like the second one for ever.
 */
export function createConfigInForce(
  first: WebConfig,
  { onApplied, onRefused, now }: InForceOptions,
): ConfigInForce {
  let config = first;
  let unsettled: { readonly config: WebConfig; readonly sinceSeconds: number } | null = null;
  let told = "";

  function apply(next: WebConfig): void {
    [config, unsettled, told] = [next, null, ""];
    onApplied(next);
  }

  function refuse(problems: readonly string[]): void {
    const text = problems.join("\n");
    if (text !== told) onRefused(problems);
    told = text;
  }

  return {
    config: () => config,
    offer(loaded) {
      unsettled = null;
      if ("problems" in loaded) {
        refuse(loaded.problems);
        return;
      }
      const { gone, looser } = weakenings(config, loaded.config);
      if (gone.length > 0) refuse(gone.map((lock) => `no ${lock} any more: ${fromReload}`));
      else if (looser.length > 0) unsettled = { config: loaded.config, sinceSeconds: now() };
      else apply(loaded.config);
    },
    offerAgain() {
      if (unsettled !== null && now() - unsettled.sinceSeconds >= SETTLED_AFTER_SECONDS)
        apply(unsettled.config);
    },
    impose(loaded) {
      if ("config" in loaded) {
        apply(loaded.config);
        return [];
      }
      unsettled = null;
      refuse(loaded.problems);
      return loaded.problems;
    },
    refuse,
  };
}

import { describeValue } from "../config/describe-value.ts";
import { FILE_PATH, filePathPattern } from "../config/file-path.ts";
import { UsageError } from "./command.ts";
import { load } from "./load.ts";
import type { Runtime } from "./runtime.ts";

/** The flags that say where the pause file is. */
export const pausePathFlags = {
  "config.file": { type: "string" },
  "pause-file": { type: "string" },
} as const;

type Values = {
  readonly "config.file"?: string | undefined;
  readonly "pause-file"?: string | undefined;
};

/** Where the pause file is. If nobody knows, standard error says why, and it is `undefined`. Throws a `UsageError`. */
export async function pausePath(runtime: Runtime, values: Values): Promise<string | undefined> {
  const { "config.file": configFile, "pause-file": path } = values;
  if ((configFile === undefined) === (path === undefined))
    throw new UsageError("expected either --config.file or --pause-file, to know where the pause file is");
  if (path !== undefined && !filePathPattern.test(path))
    throw new UsageError(`--pause-file: expected ${FILE_PATH}, got ${describeValue(path)}`);
  if (path !== undefined) return path;
  const loaded = await load(runtime, configFile);
  if ("problems" in loaded) {
    // Whoever wants to stop us is in a hurry, and may have no time to mend the file.
    runtime.writeError(
      `${loaded.problems.join("\n")}\npgleash: --pause-file=PATH does without the configuration\n`,
    );
    return undefined;
  }
  const { pauseFile } = loaded.config.policy;
  if (pauseFile !== null) return pauseFile;
  runtime.writeError(
    `pgleash: ${configFile} names no policy.pause_file, so that no pgleash would be paused\n`,
  );
  return undefined;
}

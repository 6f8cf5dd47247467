import { readPauseOrder, writePauseOrder, type PauseOrder } from "../act/pause-file.ts";
import { describeValue } from "../config/describe-value.ts";
import { parseDuration } from "../config/duration.ts";
import { printable } from "../printable.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { parseWords } from "./parse-words.ts";
import { pausePath, pausePathFlags } from "./pause-path.ts";

const flags = {
  ...pausePathFlags,
  reason: { type: "string" },
  for: { type: "string" },
  replace: { type: "boolean", default: false },
} as const;

const LONGEST_SECONDS = 30 * 86_400;

/** It is shown on pages and in logs, and the file is small. */
const LONGEST_REASON = 200;

/** Orders every pgleash that reads this pause file to end nobody. */
export const pause: Command = {
  help: `Usage: pgleash pause --reason=TEXT [--for=1h] [--replace] --config.file=FILE
       pgleash pause --reason=TEXT [--for=1h] [--replace] --pause-file=PATH

Examples:
  pgleash pause --reason="migration of orders" --for=2h --config.file=pgleash.yml
  pgleash pause --reason="wait for me, Ada" --pause-file=/var/lib/pgleash/pause.json

Writes the pause file. Every pgleash that is configured with it ends nobody from its next look on, and says why; it goes on
watching. A file that cannot be read, or makes no sense, is a pause too; it is never overwritten, because it may be
another one than you meant. A pause that stands is replaced by one that ends later; by one that ends sooner only with --replace,
because somebody else may rely on it.

It holds for those alone that read this file. Another pgleash that watches the same server, with another pause file, takes over as
soon as the connection of a paused one is lost: pause each of them, or give them all one file. Who holds the lease is not
known here: see pgleash_lease_held and pgleash_paused, or the page of each.

  --reason=TEXT        why, for everybody who wonders
  --for=DURATION       how long, such as 30m or 2h; at most 30d; without it until "pgleash resume"
  --replace            also in place of a pause that would end later
  --config.file=FILE   the configuration, whose policy.pause_file is written
  --pause-file=PATH    the pause file itself, as an absolute path
`,
  async run(runtime, words) {
    const { values } = parseWords(words, flags, 0);
    const now = new Date();
    const order = {
      reason: reasonOf(values.reason),
      until:
        values.for === undefined
          ? null
          : new Date(now.getTime() + secondsOf(values.for) * 1000).toISOString(),
      by: runtime.osUser ?? null,
    };
    const path = await pausePath(runtime, values);
    if (path === undefined) return exitCodes.failed;
    if (!values.replace) await refuseSooner(path, order);
    try {
      const before = await writePauseOrder(path, order);
      if (before !== null) runtime.writeError(`pgleash: this replaces: ${wordsOf(before)}\n`);
      runtime.write(`${path}: ${wordsOf(order)}\n`);
      if (values["pause-file"] !== undefined)
        runtime.write(`It takes effect where a pgleash is configured with pause_file: ${path}\n`);
      return exitCodes.ok;
    } catch (error) {
      runtime.writeError(`pgleash: not paused: ${error instanceof Error ? error.message : String(error)}\n`);
      return exitCodes.failed;
    }
  },
};

/** Somebody else may rely on a pause that stands. What cannot be read is refused by whoever writes. Throws a `UsageError`. */
async function refuseSooner(path: string, order: PauseOrder): Promise<void> {
  const standing = await readPauseOrder(path).catch(() => null);
  if (standing === null || endOf(order) >= endOf(standing)) return;
  throw new UsageError(
    `this would end sooner than the pause that stands: ${wordsOf(standing)}. Nothing was changed: --replace puts it in its place`,
  );
}

/** Milliseconds of the epoch. */
function endOf({ until }: PauseOrder): number {
  return until === null ? Infinity : Date.parse(until);
}

function reasonOf(text: string | undefined): string {
  const reason = text?.trim() ?? "";
  if (reason !== "" && reason.length <= LONGEST_REASON) return reason;
  const got = reason === "" ? "nothing" : `${reason.length} of them`;
  throw new UsageError(`--reason: expected a reason of at most ${LONGEST_REASON} characters, got ${got}`);
}

function secondsOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new UsageError(`--for: expected a duration from 1s to 30d, such as 2h, got ${describeValue(text)}`);
}

/** Whoever wrote the file chose the words. */
function wordsOf({ reason, until, by }: PauseOrder): string {
  const length = until === null ? 'until "pgleash resume"' : `until ${until}`;
  return printable(`paused ${length}${by === null ? "" : ` by ${by}`}: ${reason}`);
}

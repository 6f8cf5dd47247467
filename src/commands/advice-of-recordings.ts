import { adviceFrom } from "../advise/advice.ts";
import type { History } from "../advise/history.ts";
import { builtInRules } from "../classify/thresholds.ts";
import { shippedProtections } from "../config/protections.ts";
import { adviceJson } from "../expose/advice-json.ts";
import { adviceLines } from "../expose/advice-text.ts";
import type { TimeoutPlace } from "../expose/timeouts-json.ts";
import { printable } from "../printable.ts";
import { recordedHistories, type HistoryRules, type RecordedHistories } from "../record/recorded-history.ts";
import type { Advised } from "./advised.ts";
import { load } from "./load.ts";
import { rulesFor } from "./rules-for.ts";
import type { Runtime } from "./runtime.ts";

type Asked = { readonly configFile: string | undefined; readonly server: string | undefined };

/** What recordings advise, or `null`: then standard error says what is wrong with them. */
export async function adviceOfRecordings(
  runtime: Runtime,
  files: readonly string[],
  { configFile, server }: Asked,
): Promise<Advised | null> {
  const rules = await historyRules(runtime, configFile);
  if (rules === null) return null;
  const read = await recordedHistories(files, { server, rulesFor: rules });
  if ("problem" in read) return failed(runtime, read.problem);
  const { histories, unreadable } = read;
  if (unreadable.lines > 0) runtime.writeError(`pgleash: ${printable(unreadableText(unreadable))}\n`);
  if (histories.size === 0) return failed(runtime, emptyText(files, server, read));
  const advice = [...histories].map(([name, history]) => [name, adviceFrom(history)] as const);
  return {
    json: advice.map(([name, one]) => adviceJson(name, one)),
    seen: new Map([...histories].map(([name, history]) => [name, placesOf(history)])),
    lines: advice.flatMap(([name, one], index) => [...(index > 0 ? [""] : []), ...adviceLines(name, one)]),
  };
}

/** The roles and databases that were seen together. */
function placesOf({ applications }: History): readonly TimeoutPlace[] {
  return [...applications.own.values()].flatMap(({ holder: { usename, datname } }) =>
    usename === null || datname === null ? [] : [{ usename, datname }],
  );
}

/** By the configuration, or what is built in; `null` where the configuration is wrong. */
async function historyRules(
  runtime: Runtime,
  configFile: string | undefined,
): Promise<((server: string) => HistoryRules | null) | null> {
  if (configFile === undefined) {
    return () => ({ thresholds: builtInRules, pools: [], policy: { protections: shippedProtections } });
  }
  // Nothing connects by it yet: nobody need say as whom.
  const loaded = await load({ ...runtime, osUser: runtime.osUser ?? "pgleash" }, configFile);
  if ("config" in loaded) return (server) => rulesFor(loaded.config, server);
  runtime.writeError(`${loaded.problems.join("\n")}\n`);
  return null;
}

function failed(runtime: Runtime, problem: string): null {
  runtime.writeError(`pgleash: ${printable(problem)}\n`);
  return null;
}

function unreadableText({ lines, first }: RecordedHistories["unreadable"]): string {
  return lines === 1
    ? `${first}: this line is no recorded look, and was left out`
    : `${first}: this line is no recorded look, and ${lines - 1} more are none; they were left out`;
}

function emptyText(
  files: readonly string[],
  server: string | undefined,
  { otherServers }: RecordedHistories,
): string {
  const none = `no look in ${files.join(", ")}`;
  if (server === undefined || otherServers.length === 0) return none;
  return `${none} is at ${JSON.stringify(server)}, but at ${otherServers.map((name) => JSON.stringify(name)).join(", ")}`;
}

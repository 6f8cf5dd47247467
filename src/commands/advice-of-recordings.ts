import { adviceFrom } from "../advise/advice.ts";
import type { History } from "../advise/history.ts";
import { builtInRules } from "../classify/thresholds.ts";
import { shippedProtections } from "../config/protections.ts";
import { adviceJson } from "../expose/advice-json.ts";
import { adviceLines } from "../expose/advice-text.ts";
import type { TimeoutPlace } from "../expose/timeouts-json.ts";
import { printable } from "../printable.ts";
import { recordedHistories, type HistoryRules } from "../record/recorded-history.ts";
import type { Advised } from "./advised.ts";
import { load } from "./load.ts";
import { noLookText, unreadableText } from "./recording-text.ts";
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
  const unreadable = unreadableText(read);
  if (unreadable !== null) runtime.writeError(`pgleash: ${printable(unreadable)}\n`);
  const { histories } = read;
  if (histories.size === 0) return failed(runtime, noLookText(files, server, read));
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

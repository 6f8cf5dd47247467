import { describeValue } from "../config/describe-value.ts";
import { startDaemon, type Daemon, type DaemonOptions } from "../daemon.ts";
import { builtInFloors } from "../decide/policy.ts";
import { createLog, logLevels, type Log } from "../log.ts";
import { connectionFlags, connectionFlagsHelp, connectionOf } from "./connection-words.ts";
import { exitCodes, UsageError, type Command, type ExitCode } from "./command.ts";
import { defaultListenAddress, explainListenFailure, parseListenAddress } from "./listen-address.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";
import type { Recorder } from "../record/recorder.ts";
import type { Runtime } from "./runtime.ts";
import { untilStopped } from "./until-stopped.ts";

const flags = {
  ...connectionFlags,
  "config.check": { type: "boolean", default: false },
  "web.listen-address": { type: "string", multiple: true },
  "web.telemetry-path": { type: "string", default: "/metrics" },
  "web.config.file": { type: "string" },
  "web.enable-lifecycle": { type: "boolean", default: false },
  "web.api": { type: "boolean", default: true },
  enforce: { type: "boolean", default: false },
  record: { type: "string" },
  "log.level": { type: "string", default: "info" },
} as const;

/** Watches servers and serves what is seen, until stopped. */
export const serve: Command = {
  help: `Usage: pgleash serve [CONNECTION] [flags]

Examples:
  pgleash serve --config.file=pgleash.yml
  DATABASE_URL=postgres://db1/postgres pgleash serve
  PGHOST=db1 PGUSER=pgleash pgleash serve --web.listen-address=127.0.0.1:19187
  pgleash serve --config.file=pgleash.yml --web.config.file=web.yml

${connectionFlagsHelp}
  --config.file=FILE            the configuration; without it, DATABASE_URL or the PG* variables name the server
  --config.check                only check the configuration, as "pgleash check-config" does, be it a file, the environment or the
                                command line, and the web configuration; exits with 1 when anything is wrong
  --web.listen-address=ADDRESS  where to listen (${defaultListenAddress}), such as 127.0.0.1:19187 or [::1]:19187; may be given several times
  --web.telemetry-path=PATH     where the metrics are (/metrics)
  --web.config.file=FILE        TLS, users and headers, in the format of Prometheus' own programs; read anew when it changes
  --web.enable-lifecycle        allow POST /-/reload
  --no-web.api                  turn /api/v1/suspects, explain and advice off
  --enforce                     end sessions, where the policy says mode: enforce and its rules allow it
  --record=FILE                 put on record what each look reads, without the literals of statements, for "pgleash replay"
  --log.level=LEVEL             ${logLevels.join(", ")} (info)

SIGHUP reloads the configuration, and opens the audit file anew. When the configuration is bad, the last good one stays,
and nobody is ended until a good one comes.
SIGTERM and SIGINT stop gently, a second one at once.
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, 1);
    const url = connectionOf(values, positionals[0]);
    const addresses = values["web.listen-address"] ?? [defaultListenAddress];
    const web = {
      addresses: addresses.map(parseListenAddress),
      telemetryPath: telemetryPath(values["web.telemetry-path"]),
      isApiEnabled: values["web.api"],
      isLifecycleEnabled: values["web.enable-lifecycle"],
    };
    if (values.record === "") throw new UsageError("--record: expected a path, got nothing");
    const log = createLog(logLevel(values["log.level"]));
    const reloadConfig = () => load(runtime, values["config.file"], url);
    const loaded = await reloadConfig();
    if ("problems" in loaded) {
      runtime.writeError(`${loaded.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    const protection = await protectionOf(values["web.config.file"]);
    if (protection !== undefined && "problems" in protection) {
      runtime.writeError(`${protection.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    if (values["config.check"]) {
      const named = url === undefined ? "the environment" : "the command line";
      const { tellChecked } = await import("./check-config.ts");
      const code = await tellChecked(runtime, values["config.file"] ?? named, loaded);
      const { tellWebChecked } = await import("./tell-web-checked.ts");
      if (protection !== undefined)
        tellWebChecked(runtime, values["web.config.file"] ?? "", protection.first.config);
      return code;
    }
    const { versions } = runtime;
    const recorder = values.record === undefined ? undefined : await recorderTo(values.record, log);
    const daemon = await startDaemon({
      config: loaded.config,
      reloadConfig,
      log,
      isEnforceFlagged: values.enforce,
      floors: builtInFloors,
      recorder,
      versions,
      web: { ...web, protection },
    }).catch((error: unknown) => {
      throw explainListenFailure(error, addresses);
    });
    const code = await serveUntilStopped(runtime, daemon, log);
    await recorder?.close();
    return code;
  },
};

type Protection = NonNullable<DaemonOptions["web"]["protection"]>;

/** Reads the web configuration, if there is to be one: a bad one is told before anything starts. */
async function protectionOf(
  path: string | undefined,
): Promise<Protection | { readonly problems: readonly string[] } | undefined> {
  if (path === undefined) return undefined;
  if (path === "") throw new UsageError("--web.config.file: expected a path, got nothing");
  const { loadWebConfig } = await import("../web/config/load-web-config.ts");
  const first = await loadWebConfig(path);
  return "problems" in first ? first : { first, load: () => loadWebConfig(path) };
}

/** What most starts do without is loaded by those that ask for it. */
async function recorderTo(path: string, log: Log): Promise<Recorder> {
  const { recorderAt } = await import("./recorder-at.ts");
  return recorderAt(path, log);
}

async function serveUntilStopped(runtime: Runtime, daemon: Daemon, log: Log): Promise<ExitCode> {
  const ignoreHangUps = runtime.onSignal("SIGHUP", () => {
    daemon.reload().catch((error: unknown) => log.error({ err: error }, "reload failed"));
  });
  await untilStopped(runtime);
  await daemon.stop();
  ignoreHangUps();
  return exitCodes.ok;
}

function telemetryPath(text: string): string {
  if (/^\/[\w./-]+$/.test(text) && !text.startsWith("/-/")) return text;
  throw new UsageError(`--web.telemetry-path: expected a path such as /metrics, got ${describeValue(text)}`);
}

function logLevel(text: string): (typeof logLevels)[number] {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw new UsageError(`--log.level: expected one of ${logLevels.join(", ")}, got ${describeValue(text)}`);
}

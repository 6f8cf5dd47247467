import { describeValue } from "../config/describe-value.ts";
import { startDaemon, type Daemon } from "../daemon.ts";
import { builtInFloors } from "../decide/policy.ts";
import { createLog, logLevels } from "../log.ts";
import { createRecorder } from "../record/recorder.ts";
import { exitCodes, UsageError, type Command, type ExitCode } from "./command.ts";
import { defaultListenAddress, explainListenFailure, parseListenAddress } from "./listen-address.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";
import type { Runtime } from "./runtime.ts";
import { untilStopped } from "./until-stopped.ts";

const flags = {
  "config.file": { type: "string" },
  "web.listen-address": { type: "string", default: defaultListenAddress },
  "web.telemetry-path": { type: "string", default: "/metrics" },
  "web.enable-lifecycle": { type: "boolean", default: false },
  "web.api": { type: "boolean", default: true },
  enforce: { type: "boolean", default: false },
  record: { type: "string" },
  "log.level": { type: "string", default: "info" },
} as const;

/** Watches servers and serves what is seen, until stopped. */
export const serve: Command = {
  help: `Usage: pgleash serve [flags]

Examples:
  pgleash serve --config.file=pgleash.yml
  DATABASE_URL=postgres://db1/postgres pgleash serve
  PGHOST=db1 PGUSER=pgleash pgleash serve --web.listen-address=127.0.0.1:19187

  --config.file=FILE            the configuration; without it, DATABASE_URL or the PG* variables name the server
  --web.listen-address=ADDRESS  where to listen (${defaultListenAddress})
  --web.telemetry-path=PATH     where the metrics are (/metrics)
  --web.enable-lifecycle        allow POST /-/reload
  --no-web.api                  turn /api/v1/suspects and /api/v1/explain off
  --enforce                     end sessions, where the policy says mode: enforce and its rules allow it
  --record=FILE                 put on record what each look reads, without the literals of statements, for "pgleash replay"
  --log.level=LEVEL             ${logLevels.join(", ")} (info)

SIGHUP reloads the configuration, and opens the audit file anew. When the configuration is bad, the last good one stays,
and nobody is ended until a good one comes.
SIGTERM and SIGINT stop gently, a second one at once.
`,
  async run(runtime, words) {
    const { values } = parseWords(words, flags, 0);
    const web = {
      ...parseListenAddress(values["web.listen-address"]),
      telemetryPath: telemetryPath(values["web.telemetry-path"]),
      isApiEnabled: values["web.api"],
      isLifecycleEnabled: values["web.enable-lifecycle"],
    };
    if (values.record === "") throw new UsageError("--record: expected a path, got nothing");
    const log = createLog(logLevel(values["log.level"]));
    const reloadConfig = () => load(runtime, values["config.file"]);
    const loaded = await reloadConfig();
    if ("problems" in loaded) {
      runtime.writeError(`${loaded.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    const { versions } = runtime;
    const recorder = values.record === undefined ? undefined : createRecorder(values.record, { log });
    const daemon = await startDaemon({
      config: loaded.config,
      reloadConfig,
      log,
      isEnforceFlagged: values.enforce,
      floors: builtInFloors,
      recorder,
      versions,
      web,
    }).catch((error: unknown) => {
      throw explainListenFailure(error, values["web.listen-address"]);
    });
    const code = await serveUntilStopped(runtime, daemon);
    await recorder?.close();
    return code;
  },
};

async function serveUntilStopped(runtime: Runtime, daemon: Daemon): Promise<ExitCode> {
  const ignoreHangUps = runtime.onSignal("SIGHUP", () => void daemon.reload());
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

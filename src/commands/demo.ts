import { describeValue } from "../config/describe-value.ts";
import type { Config } from "../config/config.ts";
import { parseDuration } from "../config/duration.ts";
import { startDaemon, type Daemon } from "../daemon.ts";
import { createShop } from "../demo/create-shop.ts";
import { createWatchRole } from "../demo/create-watch-role.ts";
import { startPostgres } from "../demo/embedded-postgres.ts";
import { startOrderService } from "../demo/order-service.ts";
import { placeFile } from "../demo/place-file.ts";
import type { EmbeddedPostgres } from "../demo/prepare-postgres.ts";
import { builtInFloors } from "../decide/policy.ts";
import { createLog } from "../log.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { demoConfig, demoConfigText } from "./demo-config.ts";
import { demoIntroduction } from "./demo-introduction.ts";
import { textWidth } from "./fit-screen.ts";
import { showLive } from "./live-table.ts";
import { parseWords } from "./parse-words.ts";
import type { Runtime } from "./runtime.ts";
import { untilStopped } from "./until-stopped.ts";

const PORT = 19187;
const MAX_RUN_SECONDS = 7 * 86400;

const settings = {
  // The order service leaks until none is left, which is to take some minutes.
  max_connections: "120",
  // Who wants to look at the server then, with pgleash, needs some of their own.
  reserved_connections: "2",
  // The timer of the login is left to ring, a minute later by default. It wakes a server process that waits to send,
  // which then fills what room is left in the socket: the unread COPY would move once, in the midst of its episode.
  authentication_timeout: "2s",
};

/** Starts a real PostgreSQL, an application that leaks, and a watch over both. */
export const demo: Command = {
  help: `Usage: pgleash demo [--for=DURATION]

Examples:
  pgleash demo
  pgleash demo --for=60s

Starts a real PostgreSQL in a temporary folder, a small application that leaks sessions as real ones do, and a
watch over both. Prints who is suspected, and where the metrics are. Ctrl-C removes everything.

  --for=DURATION   stop by itself after, for example, 60s
`,
  async run(runtime, words) {
    const { values } = parseWords(words, { for: { type: "string" } }, 0);
    const seconds = values.for === undefined ? undefined : runSeconds(values.for);
    const stopped = untilStopped(runtime, seconds);
    runtime.write("Starting a PostgreSQL server in a temporary folder …\n");
    const server = await startPostgres({ settings });
    try {
      await play(runtime, server, stopped);
    } finally {
      await server.remove();
    }
    runtime.write("Stopped; server and folder are removed.\n");
    return exitCodes.ok;
  },
};

async function play(runtime: Runtime, server: EmbeddedPostgres, stopped: Promise<void>): Promise<void> {
  const address = { host: server.socketFolder, port: server.port };
  await createWatchRole(address, "pg_use_reserved_connections");
  await createShop(address);
  const orders = await startOrderService(address);
  try {
    const text = demoConfigText(address);
    const configFile = await placeFile(server.folder, "pgleash.yml", text);
    const daemon = await startOnFreePort(runtime, demoConfig(text));
    try {
      const width = textWidth(runtime.terminal());
      runtime.write(demoIntroduction({ address, webPort: daemon.port, configFile }, orders.sins, width));
      await showLive(runtime, daemon, { kinds: orders.sins.map(({ kind }) => kind), stopped });
    } finally {
      await daemon.stop();
    }
  } finally {
    await orders.stop();
  }
}

async function startOnFreePort(runtime: Runtime, config: Config): Promise<Daemon> {
  const start = (port: number): Promise<Daemon> =>
    startDaemon({
      config,
      reloadConfig: () => Promise.resolve({ config }),
      log: createLog("error"),
      isEnforceFlagged: false,
      floors: builtInFloors,
      versions: runtime.versions,
      web: {
        addresses: [{ host: "127.0.0.1", port }],
        telemetryPath: "/metrics",
        isApiEnabled: true,
        isLifecycleEnabled: false,
      },
    });
  return start(PORT).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return start(0);
    throw error;
  });
}

function runSeconds(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds > 0 && seconds <= MAX_RUN_SECONDS) return seconds;
  throw new UsageError(`--for: expected a duration such as 60s, up to 7d, got ${describeValue(text)}`);
}

import { describeValue } from "../config/describe-value.ts";
import type { Config } from "../config/config.ts";
import { parseDuration } from "../config/duration.ts";
import { formatIssue } from "../config/issue.ts";
import { parseConfig } from "../config/parse.ts";
import { startDaemon, type Daemon } from "../daemon.ts";
import { createShop } from "../demo/create-shop.ts";
import { createWatchRole } from "../demo/create-watch-role.ts";
import { startPostgres } from "../demo/embedded-postgres.ts";
import type { ShopAddress } from "../demo/connect-to-shop.ts";
import { startOrderService, type OrderService } from "../demo/order-service.ts";
import type { EmbeddedPostgres } from "../demo/prepare-postgres.ts";
import { createLog } from "../log.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { showLive } from "./live-table.ts";
import { parseWords } from "./parse-words.ts";
import type { Runtime } from "./runtime.ts";
import { untilStopped } from "./until-stopped.ts";

const PORT = 19187;
const MAX_RUN_SECONDS = 7 * 86400;

const settings = {
  // The order service leaks up to 80 sessions, and must not starve the rest.
  max_connections: "120",
  // The timer of the login is left to ring, a minute later by default. It wakes a server process that waits to send,
  // which then fills what room is left in the socket: the unread COPY would move once, in the midst of its episode.
  authentication_timeout: "2s",
};

/** Starts a real PostgreSQL, an application that leaks, and a watch over both. */
export const demo: Command = {
  help: `Usage: pgleash demo [--for=DURATION]

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
  await createWatchRole(address);
  await createShop(address);
  const orders = await startOrderService(address);
  try {
    const daemon = await startOnFreePort(runtime, watchConfig(address));
    try {
      runtime.write(introduction(address, daemon.port, orders));
      await showLive(runtime, daemon, { kinds: orders.sins.map(({ kind }) => kind), stopped });
    } finally {
      await daemon.stop();
    }
  } finally {
    await orders.stop();
  }
}

function introduction({ host, port }: ShopAddress, webPort: number, { sins }: OrderService): string {
  return `The "orders" application is running, and leaking. pgleash looks every second.
  metrics   http://127.0.0.1:${webPort}/metrics
  suspects  http://127.0.0.1:${webPort}/api/v1/suspects
  server    psql -h ${host} -p ${port} -U postgres shop

What it does wrong:
${sins.map(({ applicationName, story }) => `  ${applicationName.padEnd(16)}${story}`).join("\n")}\n\n`;
}

/** Seconds in place of minutes, so that nobody waits; what a leak looks like is the same. */
function watchConfig({ host, port }: ShopAddress): Config {
  const text = `
every: 1s
look_timeout: 1s
detectors:
  idle_in_transaction: { suspect_after: 5s, leaked_after: 20s }
  idle_in_transaction_aborted: { suspect_after: 5s, leaked_after: 20s }
  stalled_client: { suspect_after: 8s, leaked_after: 30s }
  stale_active: { suspect_after: 10s, leaked_after: 40s }
  long_transaction: { suspect_after: 12s, leaked_after: 50s }
  pool_overgrown: { suspect_after: 5s, leaked_after: 60s }
pools:
  - { name: orders-api, match: ['application_name="orders-api"'], size: 2, max_overflow: 1 }
servers:
  - { name: demo, url: "postgres://pgleash@/postgres?host=${encodeURIComponent(host)}&port=${port}&sslmode=disable" }
`;
  const result = parseConfig({ name: "demo", text }, { variables: {}, osUser: undefined });
  if ("config" in result) return result.config;
  throw new Error(result.issues.map(formatIssue).join("\n"));
}

async function startOnFreePort(runtime: Runtime, config: Config): Promise<Daemon> {
  const start = (port: number): Promise<Daemon> =>
    startDaemon({
      config,
      reloadConfig: () => Promise.resolve({ config }),
      log: createLog("error"),
      isEnforceFlagged: false,
      versions: runtime.versions,
      web: {
        host: "127.0.0.1",
        port,
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

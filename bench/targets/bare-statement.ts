import type { Lifetime } from "../lifetime.ts";
import { cpuOf } from "../measure/process-use.ts";
import type { BenchServer } from "../world/server.ts";
import { openWire } from "../world/wire-client.ts";
import type { Target } from "./target.ts";

/**
 * glibc then keeps what the copy of the session table takes, instead of asking the kernel for it at each look: a backend that
 * was never stretched like this is no floor.
 */
const WARM_UP = "SELECT length(repeat('x', 30000000))";

const statements = {
  round_trip: "SELECT 1",
  floor: "SELECT count(*) FROM pg_stat_get_activity(NULL)",
} as const;

/** The least that a server can be asked: one prepared statement over a connection with nothing between. */
export async function bareStatement(
  lifetime: Lifetime,
  server: BenchServer,
  key: keyof typeof statements,
): Promise<Target> {
  const { socketFolder, port } = server;
  const client = await openWire({
    socketFolder,
    port,
    user: "postgres",
    database: "postgres",
    applicationName: `bench ${key}`,
  });
  lifetime.owns(() => client.close());
  await client.query(WARM_UP);
  await client.prepare("measured", statements[key]);
  return {
    key,
    run: () => client.execute("measured"),
    serverCpu: () => cpuOf(client.pid),
    pid: null,
  };
}

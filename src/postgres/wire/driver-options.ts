import type { Duplex } from "node:stream";
import type { Options } from "postgres";
import type { ConnectionSettings } from "../settings.ts";

/** What the driver is told to ask us for. */
export type DriverHooks = {
  socket(): Promise<Duplex>;
  password(): Promise<string>;
};

/** Every option is given, because the driver fills each one left open from the environment. */
export function driverOptions(
  { database, user, options: backendOptions }: ConnectionSettings,
  applicationName: string,
  hooks: DriverHooks,
): Options<Record<string, never>> {
  const options = {
    // The socket is ours; the driver would take a name with a comma or a colon in it apart.
    host: "server",
    port: 5432,
    database,
    user,
    ssl: false,
    max: 1,
    idle_timeout: 0,
    connect_timeout: 0,
    max_lifetime: null,
    max_pipeline: 100,
    keep_alive: 0,
    backoff: false,
    prepare: true,
    debug: false,
    fetch_types: false,
    publications: "alltables",
    sslnegotiation: null,
    target_session_attrs: undefined,
    onnotice: () => undefined,
    connection: {
      application_name: applicationName,
      ...(backendOptions === undefined ? {} : { options: backendOptions }),
    },
    ...hooks,
  };
  return options;
}

import postgres from "postgres";

import { startPostgres } from "../../src/demo/embedded-postgres.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { packageOfMajor } from "./package-of-major.ts";

/** The majors to test against: `PGLEASH_TEST_MAJORS=13,18`, by default the one that a plain `npm ci` installs. */
export function postgresMajors(): readonly string[] {
  const majors = process.env["PGLEASH_TEST_MAJORS"] ?? "18";
  return majors.split(",").map((major) => major.trim());
}

/** A server of one major; with a `loopbackPort` on TCP as well. The test must `remove()` it. */
export function startServer(
  major: string,
  settings: Readonly<Record<string, string>> = {},
  loopbackPort?: number,
): Promise<EmbeddedPostgres> {
  const listening = loopbackPort === undefined ? {} : { loopbackPort };
  return startPostgres({ packageRoot: packageOfMajor(major), settings, ...listening });
}

/** Who a test connects as; `settings` are those of the session, such as `statement_timeout`. */
export type ClientOptions = {
  readonly user?: string;
  readonly database?: string;
  readonly applicationName?: string;
  readonly settings?: Readonly<Record<string, string>>;
};

/** A client with at most one connection, made by its first query. The test must `end()` it. */
export function connectTo(
  server: Pick<EmbeddedPostgres, "socketFolder" | "port">,
  options: ClientOptions = {},
): postgres.Sql {
  return postgres({
    host: server.socketFolder,
    port: server.port,
    user: options.user ?? "postgres",
    database: options.database ?? "postgres",
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { ...options.settings, application_name: options.applicationName ?? "test" },
  });
}

import { describeValue } from "../config/describe-value.ts";
import type { ListenAddress } from "../web/connections/listen.ts";
import { UsageError } from "./command.ts";

/** Where pgleash listens unless told otherwise: every address of the machine. */
export const defaultListenAddress = ":19187";

/** Reads `:19187`, `127.0.0.1:19187` or `[::1]:19187`, as Prometheus' own programs do. */
export function parseListenAddress(text: string): ListenAddress {
  const { host, port } = /^(?<host>\[[^\]]*\]|[^:]*):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) > 65535)
    throw new UsageError(
      `--web.listen-address: expected an address such as :19187 or 127.0.0.1:19187, got ${describeValue(text)}`,
    );
  const bare = host.replace(/^\[|\]$/g, "");
  return { host: bare === "" ? undefined : bare, port: Number(port) };
}

const refusals: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", "one that is in use already"],
  ["EADDRNOTAVAIL", "one that is none of this machine"],
  ["EACCES", "one that this user may not take"],
]);

/** Why nothing can listen at one of the addresses of the command line, where that is what failed; else the error as it is. */
export function explainListenFailure(error: unknown, addresses: readonly string[]): unknown {
  if (!(error instanceof Error) || !("syscall" in error) || error.syscall !== "listen") return error;
  const got = "code" in error ? refusals.get(error.code) : undefined;
  if (got === undefined) return error;
  const port = "port" in error ? String(error.port) : "";
  const address = addresses.find((text) => text.endsWith(`:${port}`)) ?? addresses.join(", ");
  return new Error(`--web.listen-address: expected a free address, got ${address}, ${got}`, { cause: error });
}

import { describeValue } from "../config/describe-value.ts";
import { UsageError } from "./command.ts";

/** Where pgleash listens unless told otherwise: every address of the machine. */
export const defaultListenAddress = ":19187";

export type ListenAddress = { readonly host: string | undefined; readonly port: number };

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

import { isSocket } from "../postgres/naming/connection-addresses.ts";
import type { ServerAddress } from "../postgres/settings.ts";

/** A label of a metric should not be longer. */
const LONGEST_NAME = 100;

/** `host:port`, the name by which Prometheus would know a server too; several of them are joined, a socket has no host. */
export function serverName(addresses: readonly [ServerAddress, ...ServerAddress[]]): string {
  const [first, ...others] = addresses.map(placeName);
  const all = [first, ...others].join(",");
  return all.length > LONGEST_NAME ? (first ?? all) : all;
}

function placeName(address: ServerAddress): string {
  const { host, port } = address;
  if (isSocket(address)) return `local:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

import { complaint, type Complaint, type ConnectionParts } from "./connection-parts.ts";
import { listElements, wholeNumber } from "./connection-values.ts";
import type { ServerAddress } from "../settings.ts";

/** libpq would try the socket folder that it was compiled with, which differs from build to build. */
const DEFAULT_HOST = "localhost";
const DEFAULT_PORT = 5432;

/** The longest name that the system takes for a socket. */
const LONGEST_SOCKET_BYTES = 107;

type Addresses = readonly [ServerAddress, ...ServerAddress[]];

/** The places that `host`, `hostaddr` and `port` name, matched up as libpq does. Their values have been checked. */
export function addressesOf(
  parts: Pick<ConnectionParts, "host" | "hostaddr" | "port">,
): { readonly addresses: Addresses } | { readonly complaint: Complaint } {
  const hosts = listOf(parts.host);
  const hostAddresses = listOf(parts.hostaddr);
  const ports = listOf(parts.port);
  const count = Math.max(1, hostAddresses.length || hosts.length);
  if (hosts.length > 0 && hosts.length !== count)
    return { complaint: complaint("as many hosts as hostaddrs", `${hosts.length} and ${count}`) };
  if (ports.length > 1 && ports.length !== count)
    return { complaint: complaint("one port, or as many as hosts", `${ports.length} for ${count}`) };
  const place = (index: number): ServerAddress => {
    const hostAddress = hostAddresses[index] || undefined;
    const port = wholeNumber(ports[ports.length === 1 ? 0 : index] ?? "") ?? DEFAULT_PORT;
    return { host: hosts[index] || hostAddress || DEFAULT_HOST, hostAddress, port };
  };
  const addresses: Addresses = [
    place(0),
    ...Array.from({ length: count - 1 }, (_, index) => place(index + 1)),
  ];
  const longest = addresses.filter(isSocket).find((address) => isTooLong(address));
  if (longest === undefined) return { addresses };
  const expected = `a socket whose path has at most ${LONGEST_SOCKET_BYTES} bytes`;
  return { complaint: complaint(expected, "a longer one") };
}

/** Whether some place has an address and no name: then there is nothing that a certificate could be for. */
export function isAnyNameless(parts: Pick<ConnectionParts, "host" | "hostaddr">): boolean {
  const hosts = listOf(parts.host);
  return listOf(parts.hostaddr).some((address, index) => address !== "" && (hosts[index] ?? "") === "");
}

/** Whether a place is a Unix socket: `host` is then its folder, or the name of one that is no file. */
export function isSocket({ host, hostAddress }: ServerAddress): boolean {
  return hostAddress === undefined && /^[/@]/u.test(host);
}

function isTooLong({ host, port }: ServerAddress): boolean {
  return Buffer.byteLength(`${host}/.s.PGSQL.${port}`) > LONGEST_SOCKET_BYTES;
}

function listOf(text: string | undefined): readonly string[] {
  return text === undefined || text === "" ? [] : listElements(text);
}

import { BlockList, isIP } from "node:net";

import { isSocket } from "../postgres/naming/connection-addresses.ts";
import type { ServerAddress } from "../postgres/settings.ts";

/** Whether a host is one of those that an entry of `allowed_hosts` means. */
type HostMatcher = (host: string) => boolean;

const NAME = /^(?:\*\.)?[\w-]{1,63}(?:\.[\w-]{1,63}){0,20}$/u;

/** Says whether pgleash may connect to a place. Depends on nothing else. */
export function allowedPlaces(entries: readonly string[]): (place: ServerAddress) => boolean {
  const matchers = entries.flatMap((entry) => parseAllowedHost(entry) ?? []);
  const isAllowed: HostMatcher = (host) => matchers.some((matches) => matches(host));
  return (place) => {
    const { host, hostAddress } = place;
    if (isSocket(place)) return entries.includes(host);
    // The name alone says nothing of where a connection goes that has an address beside it.
    return isAllowed(host) && (hostAddress === undefined || isAllowed(hostAddress));
  };
}

/** `undefined` where it is no entry. */
export function parseAllowedHost(entry: string): HostMatcher | undefined {
  if (/^[/@][^\p{C}]+$/u.test(entry)) return (host) => host === entry;
  if (/^[\p{Hex_Digit}.:]+(?:\/\d{1,3})?$/u.test(entry) && /[.:]/u.test(entry)) return networkMatcher(entry);
  if (!NAME.test(entry)) return undefined;
  const name = entry.toLowerCase();
  if (!name.startsWith("*.")) return (host) => nameOf(host) === name;
  const ending = name.slice(1);
  return (host) => isIP(host) === 0 && nameOf(host).length > ending.length && nameOf(host).endsWith(ending);
}

/** Names differ in nothing by their case, and by the dot that ends a full one. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/u, "");
}

function networkMatcher(entry: string): HostMatcher | undefined {
  const [address = "", length] = entry.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  const prefix = Number(length ?? bits);
  if (isIP(address) === 0 || prefix > bits) return undefined;
  const network = new BlockList();
  network.addSubnet(address, prefix, familyOf(address));
  return (host) => {
    const [plain = ""] = host.split("%");
    return isIP(plain) !== 0 && network.check(plain, familyOf(plain));
  };
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

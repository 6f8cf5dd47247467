/**
 * Whose address this is, as far as it can be told: an IPv6 address stands for its /64, which is what one customer or machine gets,
 * and can be asked from with any address of it. An IPv4 address stands for itself, also when it is written as an IPv6 one.
 */
export function clientNetwork(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const zeroes = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeroes }, () => "0"), ...after];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

function groupsOf(text: string): readonly string[] {
  const groups = text === "" ? [] : text.split(":");
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""));
}

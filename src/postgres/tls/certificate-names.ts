import { isIP, SocketAddress } from "node:net";

/** The names in a certificate, as Node shows them. */
export type CertificateNames = {
  readonly subject: { readonly CN?: string | string[] };
  /** `DNS:db.example, IP Address:127.0.0.1`; a value with a comma or a quote in it is quoted as in JSON. */
  readonly subjectaltname?: string | undefined;
};

/**
 * Whether a certificate is for this host, by libpq's rule: the alternative names count, and the common name only where there
 * is none of the host's kind. `*.example` stands for one label. Node's own check knows no common name for an address.
 */
export function isNamedFor(host: string, certificate: CertificateNames): boolean {
  const alternatives = alternativeNames(certificate);
  const kind = isIP(host) === 0 ? "DNS" : "IP Address";
  const isNamed = alternatives.some((name) =>
    name.kind === "DNS" ? matchesName(name.value, host) : matchesAddress(name.value, host),
  );
  if (isNamed || alternatives.some((name) => name.kind === kind)) return isNamed;
  const commonName = firstCommonName(certificate);
  return commonName !== undefined && matchesName(commonName, host);
}

/** Whom a certificate is for, for people: its alternative names, else its common name. At most five. */
export function describeNames(certificate: CertificateNames): string {
  const alternatives = alternativeNames(certificate).map(({ value }) => value);
  const names = alternatives.length > 0 ? alternatives : [firstCommonName(certificate) ?? "nobody"];
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and others` : names.join(", ");
}

type AlternativeName = { readonly kind: "DNS" | "IP Address"; readonly value: string };

function alternativeNames({ subjectaltname = "" }: CertificateNames): readonly AlternativeName[] {
  const items = subjectaltname.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/gu) ?? [];
  return items.flatMap((item) => {
    const { kind, value } = /^\s*(?<kind>DNS|IP Address):(?<value>.*)$/su.exec(item)?.groups ?? {};
    if (value === undefined || (kind !== "DNS" && kind !== "IP Address")) return [];
    // What needs quotes is no host's name, and is never taken apart.
    return [{ kind, value }];
  });
}

function firstCommonName({ subject: { CN } }: CertificateNames): string | undefined {
  return Array.isArray(CN) ? CN[0] : CN;
}

function matchesName(pattern: string, host: string): boolean {
  const [wanted, known] = [host.toLowerCase(), pattern.toLowerCase()];
  if (wanted === known) return true;
  if (!/^\*\../su.test(known)) return false;
  const firstDot = wanted.indexOf(".");
  return firstDot > 0 && wanted.slice(firstDot) === known.slice(1);
}

function matchesAddress(known: string, host: string): boolean {
  const wanted = plainAddress(host);
  return wanted !== undefined && wanted === plainAddress(known);
}

/** One spelling for each address: the many of IPv6 mean the same. */
function plainAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0 || text.includes("%")) return undefined;
  return new SocketAddress({ address: text, family: family === 6 ? "ipv6" : "ipv4" }).address;
}

import type { ConnectionParts } from "../postgres/naming/connection-parts.ts";

const secrets: ReadonlySet<string> = new Set(["password", "sslpassword"]);

/** Parts of a connection as `key=value` pairs; secrets are shown as `***`. */
export function shownParts(parts: ConnectionParts): string {
  return Object.entries(parts)
    .map(([keyword, text]) => `${keyword}=${quoted(secrets.has(keyword) && text !== "" ? "***" : text)}`)
    .join(" ");
}

function quoted(text: string): string {
  return /^[^\s'\\]+$/u.test(text) ? text : `'${text.replaceAll(/['\\]/gu, "\\$&")}'`;
}

import type { ConnectionParts } from "./connection-parts.ts";

/** What decides to whom a secret is sent, as whose, and how it is protected on its way. */
const keywords = ["service", "host", "hostaddr", "port", "user", "sslmode", "sslrootcert"] as const;

/** What a connection string says of these; what is absent was left open. */
export type ConnectionTarget = Pick<ConnectionParts, (typeof keywords)[number]>;

export function targetOf(parts: ConnectionParts): ConnectionTarget {
  const target: { -readonly [keyword in keyof ConnectionTarget]: string } = {};
  for (const keyword of keywords) {
    const text = parts[keyword];
    if (text !== undefined) target[keyword] = text;
  }
  return target;
}

/** Whether a secret that is meant for one may be sent to the other. */
export function isSameTarget(one: ConnectionTarget, other: ConnectionTarget): boolean {
  return keywords.every((keyword) => one[keyword] === other[keyword]);
}

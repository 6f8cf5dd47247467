import { randomBytes } from "node:crypto";

/** An application name that no other run has: short, since whoever appends to it has 63 bytes in all. */
export function runTag(): string {
  return `pgleash-check-${randomBytes(4).toString("hex")}`;
}

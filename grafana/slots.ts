import { sumOf } from "./query.ts";

/** Slots that an ordinary role can take, by server: the reserved ones are none of them. */
export const usableSlots = `(${slots('setting="max_connections"')} - ${slots('setting=~".*reserved_connections"')})`;

function slots(matcher: string): string {
  return sumOf(["server"], "pgleash_slots", ["setting"], matcher);
}

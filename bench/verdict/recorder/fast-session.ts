import type { Reply, Session } from "../../../src/postgres/session.ts";
import { fastMicros, fastSeconds, serverMicros, type FastClock } from "./fast-clock.ts";

/** Columns of a look that are moments, in microseconds. */
const moments: ReadonlySet<string> = new Set([
  "taken_at",
  "postmaster_start",
  "backend_start",
  "xact_start",
  "query_start",
  "state_change",
]);

/** Where the parameters of a look have ages in seconds, and the starts of statements that it need not read again. */
const AGES = { from: 1, until: 7 };
const KNOWN_STARTS = 9;

/**
 * A session through which the server's clock seems to run fast: pgleash asks over it for ages of minutes, the server is asked
 * for seconds, and the moments in its answer are stretched. So the code and the thresholds of pgleash stay as they are shipped.
 */
export function throughFastClock(session: Session, clock: FastClock): Session {
  return {
    ...session,
    async query(text, parameters, options) {
      const isLook = text.includes("AS candidates_matched");
      const reply = await session.query(text, isLook ? asked(parameters, clock) : parameters, options);
      return { ...reply, rows: reply.rows.map((row) => stretched(row, clock)) } satisfies Reply;
    },
  };
}

function asked(parameters: readonly (string | number)[], clock: FastClock): readonly (string | number)[] {
  return parameters.map((parameter, index) => {
    if (index >= AGES.from && index < AGES.until) return Number(parameter) / clock.factor;
    if (index !== KNOWN_STARTS) return parameter;
    return String(parameter).replace(/\d+/g, (shown) => String(serverMicros(clock, Number(shown))));
  });
}

/** An answer of the server with its moments as the fast clock shows them, and its ages as long as they were by it. */
function stretched(value: unknown, clock: FastClock, name = ""): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => stretched(one, clock, name));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, stretched(one, clock, key)]));
  if (typeof value !== "number") return value;
  if (moments.has(name)) return fastMicros(clock, value);
  if (name === "taken_at_seconds") return fastSeconds(clock, value);
  if (name === "prepared_seconds") return value * clock.factor;
  return value;
}

import { PostgresFailure } from "../failure.ts";
import { noPostgres } from "./no-postgres.ts";
import { scramProblem } from "./scram-challenge.ts";

/** Requests to log in, by their number (protocol manual, "Message Formats", Authentication). */
const request = { ok: 0, cleartext: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;

/** What may come after each; the driver keeps no order, and would answer twice, or not miss the server's own proof. */
const followers: ReadonlyMap<number | undefined, readonly number[]> = new Map([
  [undefined, [request.ok, request.cleartext, request.md5, request.sasl]],
  [request.cleartext, [request.ok]],
  [request.md5, [request.ok]],
  [request.sasl, [request.saslContinue]],
  [request.saslContinue, [request.saslFinal]],
  [request.saslFinal, [request.ok]],
]);

const knownRequests: ReadonlySet<number> = new Set(Object.values(request));
const otherRequests: ReadonlyMap<number, string> = new Map([
  [2, "Kerberos"],
  [6, "SCM credentials"],
  [7, "GSSAPI"],
  [9, "SSPI"],
]);

/** Follows the requests to log in of one connection. */
export type LoginRequests = {
  /** Reads the next one, without the head of its message. Throws a `PostgresFailure` where the driver must not answer it. */
  read(body: Buffer): void;
  /** The server is satisfied who we are (AuthenticationOk). */
  isDone(): boolean;
};

/** None has come yet. */
export function createLoginRequests(): LoginRequests {
  let last: number | undefined;
  return {
    isDone: () => last === request.ok,
    read(body) {
      if (body.length < 4) throw noPostgres();
      const next = body.readInt32BE(0);
      if (!knownRequests.has(next)) {
        const name = otherRequests.get(next) ?? `method ${next}`;
        const message = `the server wants us to log in by ${name}, which pgleash does not know: use a password or a certificate`;
        throw new PostgresFailure("auth", message);
      }
      if (followers.get(last)?.includes(next) !== true || !hasRightLength(next, body.length))
        throw noPostgres();
      const problem = next === request.saslContinue ? scramProblem(body.toString("latin1", 4)) : undefined;
      if (problem !== undefined) throw new PostgresFailure("protocol", problem);
      last = next;
    },
  };
}

/** The number itself has four bytes, and so has the salt of MD5. */
function hasRightLength(number: number, length: number): boolean {
  if (number === request.ok || number === request.cleartext) return length === 4;
  return number === request.md5 ? length === 8 : true;
}

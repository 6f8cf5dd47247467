import { isIP } from "node:net";
import { printable } from "../../printable.ts";
import { isSocket } from "../naming/connection-addresses.ts";
import type { Deadline } from "../deadline.ts";
import { PostgresFailure, toFailure } from "../failure.ts";
import type { ServerAddress } from "../settings.ts";
import type { LookUp } from "./share-look-ups.ts";

/**
 * Every address that a place leads to; one without a name leads to itself. Throws a `PostgresFailure` when the name leads
 * nowhere, or nobody knows in time: a name service that hangs must not hang us.
 */
export async function resolveAddress(
  place: ServerAddress,
  means: { readonly lookUp: LookUp; readonly deadline: Deadline },
): Promise<readonly ServerAddress[]> {
  const { host, hostAddress } = place;
  if (hostAddress !== undefined || isSocket(place) || isIP(host) !== 0) return [place];
  const name = printable(host);
  const seconds = Math.max(0, means.deadline.remainingSeconds());
  return await new Promise((resolve, reject) => {
    const givingUp = new AbortController();
    const giveUp = (): void => {
      reject(new PostgresFailure("timeout", `no address of ${name} within ${seconds.toFixed(1)} s`));
      givingUp.abort();
    };
    const timer = setTimeout(giveUp, seconds * 1000);
    means
      .lookUp(host, givingUp.signal)
      .finally(() => clearTimeout(timer))
      .then(
        (found) => resolve(found.map((address) => ({ ...place, hostAddress: address }))),
        (error: unknown) => {
          const { code } = toFailure(error);
          reject(
            new PostgresFailure("connect", `no address of ${name} is known (${code ?? "no code"})`, {
              code,
              cause: error,
            }),
          );
        },
      );
  });
}

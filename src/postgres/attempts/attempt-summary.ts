import { printable } from "../../printable.ts";
import { isSocket } from "../naming/connection-addresses.ts";
import { PostgresFailure } from "../failure.ts";
import type { ServerAddress } from "../settings.ts";

/** One attempt that failed, and where. */
export type ToldAttempt = {
  readonly address: ServerAddress;
  readonly isEncrypted: boolean;
  readonly failure: PostgresFailure;
};

/** Longer lines help nobody. */
const LONGEST_LINE = 1000;
const LONGEST_PLACE = 100;
const LONGEST_SENTENCE = 250;

/** One failure for all attempts, at least one. Its reason is that of the last: there the search ended. */
export function summarize(told: readonly ToldAttempt[]): PostgresFailure {
  const last = told.at(-1);
  if (last === undefined) return new PostgresFailure("connect", "there is no address to try");
  const { failure } = last;
  const sentences = [...new Set(told.map((attempt) => sentence(attempt, told)))];
  const isOneAndTheSame =
    new Set(told.map((attempt) => attempt.failure.message)).size === 1 && isOnePlace(told);
  if (isOneAndTheSame) return failure;
  const { reason, code } = failure;
  return new PostgresFailure(reason, joined(sentences), { code, cause: failure });
}

function sentence(attempt: ToldAttempt, all: readonly ToldAttempt[]): string {
  const place = placeOf(attempt.address);
  const isBothWays = all.some(
    ({ address, isEncrypted }) => placeOf(address) === place && isEncrypted !== attempt.isEncrypted,
  );
  const way = isBothWays ? (attempt.isEncrypted ? "with TLS" : "without TLS") : "";
  const where = [isOnePlace(all) ? "" : place, way].filter((word) => word !== "").join(" ");
  const { message } = attempt.failure;
  const told = message.length > LONGEST_SENTENCE ? `${message.slice(0, LONGEST_SENTENCE)}…` : message;
  return where === "" ? told : `${where}: ${told}`;
}

function isOnePlace(told: readonly ToldAttempt[]): boolean {
  return new Set(told.map(({ address }) => placeOf(address))).size === 1;
}

/** `db1:5432`, with the address behind the name where there is one. */
function placeOf(address: ServerAddress): string {
  const { host, hostAddress, port } = address;
  const name = printable(host.slice(0, LONGEST_PLACE));
  if (isSocket(address)) return `${name}:${port}`;
  const place = name.includes(":") ? `[${name}]:${port}` : `${name}:${port}`;
  return hostAddress === undefined || hostAddress === host ? place : `${place} (${hostAddress})`;
}

function joined(sentences: readonly string[]): string {
  let line = "";
  for (const [index, text] of sentences.entries()) {
    const next = line === "" ? text : `${line}; ${text}`;
    if (next.length > LONGEST_LINE) return `${line}; and ${sentences.length - index} more`;
    line = next;
  }
  return line;
}

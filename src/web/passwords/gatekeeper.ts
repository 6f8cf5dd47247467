import type { IncomingMessage } from "node:http";

import { refusal, type Answer } from "../answer.ts";
import { noHttp } from "../http-errors.ts";
import { readBasicCredentials } from "./basic-credentials.ts";
import type { Limits } from "../connections/limits.ts";
import type { LiveWebConfig } from "../config/live-web-config.ts";
import type { PasswordChecks } from "./password-checks.ts";
import { fullBucket, take, type Bucket, type RateLimit } from "./rate-limit.ts";
import type { WebConfig } from "../config/web-config.ts";

export type GatekeeperOptions = {
  readonly web: LiveWebConfig;
  readonly passwords: PasswordChecks;
  readonly limits: Limits;
  /** A steady clock, in seconds. */
  readonly now: () => number;
};

/** Decides whether a request is let through: `null`, or the answer that turns it away. */
export type Gatekeeper = (
  request: IncomingMessage,
  config: WebConfig,
  client: string,
) => Promise<Answer | null>;

export function createGatekeeper({ web, passwords, limits, now }: GatekeeperOptions): Gatekeeper {
  const isWithinRate = createRateCheck(now);
  return async (request, config, client) => {
    if (config.rateLimit !== null && !isWithinRate(config.rateLimit))
      return refusal(429, "too many requests", retryAfter(config.rateLimit.intervalSeconds));
    if ((request.url ?? "").length > limits.pathBytes)
      return { ...refusal(414, "the path is too long"), isLast: true };
    if (hasWrongHeaderName(request)) return { ...noHttp, isLast: true };
    if (hasBody(request)) return { ...refusal(413, "expected a request without a body"), isLast: true };
    return config.users.size === 0 ? null : identify(request, config, { web, passwords, client });
  };
}

/** A name that is empty, or more than one word, is no HTTP (RFC 9110, 5.1), but the parser of Node.js 20.19 lets it pass. */
function hasWrongHeaderName({ headers }: IncomingMessage): boolean {
  return Object.keys(headers).some((name) => !/^[\w!#$%&'*+.^`|~-]+$/.test(name));
}

/** No path takes a body; an empty one is none. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

async function identify(
  { headers }: IncomingMessage,
  { users }: WebConfig,
  { web, passwords, client }: Pick<GatekeeperOptions, "web" | "passwords"> & { readonly client: string },
): Promise<Answer | null> {
  const credentials = readBasicCredentials(headers.authorization);
  if (credentials === undefined) return unauthorized;
  const claim = { ...credentials, client };
  // A password that nobody has seen may be in a file that was changed a moment ago.
  const known = passwords.known(users, claim);
  const latest = known === undefined ? (await web.latest()).users : users;
  if (latest.size === 0) return null;
  const verdict = known ?? (await passwords.check(latest, claim));
  if (verdict === "busy") return refusal(503, "too many passwords to check", retryAfter(1));
  return verdict === "right" ? null : unauthorized;
}

const unauthorized = refusal(401, "expected a user and a password", {
  "WWW-Authenticate": 'Basic realm="pgleash", charset="UTF-8"',
});

function retryAfter(seconds: number): Readonly<Record<string, string>> {
  return { "Retry-After": String(Math.max(1, Math.ceil(seconds))) };
}

/** One bucket for all clients, as exporter-toolkit has; a new one whenever the limit changes. */
function createRateCheck(now: () => number): (limit: RateLimit) => boolean {
  let [bucket, of]: [Bucket, RateLimit] = [
    { tokens: 0, atSeconds: 0 },
    { intervalSeconds: 0, burst: 0 },
  ];
  return (limit) => {
    const isSame = limit.burst === of.burst && limit.intervalSeconds === of.intervalSeconds;
    const left = take(isSame ? bucket : fullBucket(limit, now()), limit, now());
    [bucket, of] = [left ?? bucket, limit];
    return left !== null;
  };
}

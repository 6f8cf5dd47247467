import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import postgres from "postgres";
import { printable } from "../printable.ts";
import type { Attempt } from "./attempts/attempt.ts";
import type { Deadline } from "./deadline.ts";
import { driverOptions } from "./wire/driver-options.ts";
import { PostgresFailure, toAttemptFailure, toFailure } from "./failure.ts";
import { guardReplies, type GuardedReplies } from "./wire/guard-replies.ts";
import { noPostgres } from "./wire/no-postgres.ts";
import { openSocket } from "./wire/open-socket.ts";
import { readSecret, secretPath, type SecretUse } from "./secrets/read-secret.ts";
import type { ConnectionSettings } from "./settings.ts";
import { explainSilence, explainTlsError } from "./tls/tls-failure.ts";

/** What we call ourselves in `pg_stat_activity.application_name`. */
export const ownApplicationName = "pgleash";

/** The rows of one statement, and the pid that the server announced at login (BackendKeyData). */
export type Reply = { readonly rows: readonly unknown[]; readonly announcedPid: number };

export type QueryOptions = {
  /**
   * Our own deadline. When it passes, the connection is destroyed: a stalled server would hold us for ever. Once it has
   * passed nothing is sent, and the connection stays.
   */
  readonly deadline: Deadline;
  /** Named prepared statements break behind a pooler in transaction mode. */
  readonly prepare: boolean;
};

/** One connection to one server, for its whole life: never a pool, never silently replaced. */
export type Session = {
  query(text: string, parameters: readonly (string | number)[], options: QueryOptions): Promise<Reply>;
  isOpen(): boolean;
  /** Ends at once, whatever is under way. Never throws. */
  close(): Promise<void>;
};

/** A session that may not be connected yet. */
export type FreshSession = Session & {
  /** Whether TLS protects it: a server may answer that it has none. `undefined` before that is known. */
  isEncrypted(): boolean | undefined;
};

/** Prepares a session; the first query connects, as the attempt says. Every failure is a `PostgresFailure`. */
export function openSession(settings: ConnectionSettings, attempt: Attempt): FreshSession {
  const lifetime = new AbortController();
  let socket: Socket | undefined;
  let replies: GuardedReplies | undefined;
  const sql = postgres(
    driverOptions(settings, ownApplicationName, {
      async socket() {
        // The driver reconnects on its own, for ever and without a probe: the second socket is refused.
        if (socket !== undefined || lifetime.signal.aborted) throw closedByServer();
        socket = await openSocket(attempt, settings, lifetime.signal);
        replies = guardReplies(socket);
        // Not by the driver's own `onclose`: it is silent where the connection is lost during the login.
        replies.stream.once("close", () => lifetime.abort());
        return replies.stream;
      },
      async password() {
        const answer = await passwordFor(settings, attempt).catch(toFailure);
        if (typeof answer === "string" && !lifetime.signal.aborted) return answer;
        if (typeof answer !== "string") replies?.stream.destroy(answer);
        // A password that comes too late, or never, must not let the driver go on: it would write to a socket that is gone.
        return await new Promise<string>(() => undefined);
      },
    }),
  );

  async function close(): Promise<void> {
    lifetime.abort();
    await sql.end({ timeout: 0 }).catch(() => undefined); // nothing is left to save on a connection we give up
  }

  function explain(error: unknown): PostgresFailure {
    // The driver lost its way in a reply, or could not read a value: messages that do not belong together.
    if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
      return noPostgres(error);
    const failure = toFailure(error);
    // A server may call its errors what it likes, also as OpenSSL calls its own.
    const tls = failure.isFromServer ? undefined : explainTlsError(error, settings.tls);
    if (tls !== undefined) return new PostgresFailure(tls.reason, tls.message, { cause: error });
    if (replies === undefined || replies.isLoggedIn()) return failure;
    if (failure.isFromServer) return loginFailure(failure, settings);
    const isCutOff = failure.reason === "connect" && replies.isSilent() && socket instanceof TLSSocket;
    return isCutOff
      ? new PostgresFailure("connect", explainSilence(settings.tls).message, { cause: error })
      : failure;
  }

  return {
    close,
    isOpen: () => !lifetime.signal.aborted,
    isEncrypted: () => (socket === undefined ? undefined : socket instanceof TLSSocket),
    async query(text, parameters, { deadline, prepare }) {
      if (lifetime.signal.aborted) throw closedByServer();
      if (deadline.remainingSeconds() <= 0)
        throw new PostgresFailure("timeout", "no time was left: nothing was sent");
      try {
        const reply = sql.unsafe(text, [...parameters], { prepare });
        const rows = await within(deadline, reply);
        return { rows, announcedPid: rows.state.pid };
      } catch (error) {
        const failure = explain(error);
        if (!failure.isRefusal) await close();
        throw failure;
      }
    },
  };
}

/** SQLSTATE of a server that starts up or shuts down (cannot_connect_now). */
const NOT_NOW = "57P03";

/** The password that the server asks for. Throws where there is none. */
async function passwordFor(
  { password, user, database }: ConnectionSettings,
  { address: { host, port } }: Attempt,
): Promise<string> {
  const use: SecretUse = { keyword: "password", key: { host, port, database, user } };
  const secret = await readSecret(password, use);
  if (secret !== undefined) return secret;
  const path = secretPath(password);
  const why = path === undefined ? "there is none" : `there is none for it in ${printable(path)}`;
  const isPlaceChosen = password.type === "file" || password.type === "connection_string_file";
  const how = isPlaceChosen ? "" : ": give it in PGPASSWORD, ~/.pgpass or password_file";
  throw new PostgresFailure("auth", `the server wants a password, and ${why}${how}`);
}

/** What the server says before it is satisfied who we are decides what is tried next. */
function loginFailure(failure: PostgresFailure, settings: ConnectionSettings): PostgresFailure {
  const end = failure.code === NOT_NOW ? "not_now" : "login_refused";
  return toAttemptFailure(end, failure, advice(failure, settings));
}

/** What to look at, where the server's own words leave it open. */
function advice({ code, message }: PostgresFailure, { password, tls }: ConnectionSettings): string {
  const path = secretPath(password);
  if (code === "28P01" && path !== undefined) return ` (the password is from ${printable(path)})`;
  if (code === "28000" && tls.certificate === undefined && message.includes("client certificate"))
    return ": name it in sslcert, and its key in sslkey";
  return "";
}

function closedByServer(): PostgresFailure {
  return new PostgresFailure("connect", "the connection was closed", { code: "CONNECTION_CLOSED" });
}

/** Gives up on work that takes too long. The caller must then destroy the connection. */
function within<Result>(deadline: Deadline, work: Promise<Result>): Promise<Result> {
  const seconds = Math.max(0, deadline.remainingSeconds());
  return new Promise((resolve, reject) => {
    const why = `no reply within ${seconds.toFixed(1)} s: the connection was given up`;
    const timer = setTimeout(() => reject(new PostgresFailure("timeout", why)), seconds * 1000);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

import type { Socket } from "node:net";
import postgres from "postgres";
import type { Deadline } from "./deadline.ts";
import { PostgresFailure, toFailure, type FailureReason } from "./failure.ts";
import { openSocket } from "./open-socket.ts";
import type { ConnectionSettings } from "./settings.ts";

/** What we call ourselves in `pg_stat_activity.application_name`. */
export const ownApplicationName = "pgleash";

/** The most that one reply may weigh. A look is bounded in SQL; this bounds a server that does not keep to it. */
const REPLY_LIMIT_BYTES = 64 * 1024 * 1024;
const REPLY_CHECK_MS = 50;

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

/** Prepares a session; the first query connects. Every failure is a `PostgresFailure`. */
export function openSession(settings: ConnectionSettings): Session {
  const lifetime = new AbortController();
  let socket: Socket | undefined;
  const sql = postgres(
    driverOptions(settings, {
      async socket() {
        // The driver reconnects on its own, for ever and without a probe: the second socket is refused.
        if (socket !== undefined || lifetime.signal.aborted) throw closedByServer();
        socket = await openSocket(settings, lifetime.signal);
        return socket;
      },
      onclose: () => lifetime.abort(),
    }),
  );

  async function close(): Promise<void> {
    lifetime.abort();
    await sql.end({ timeout: 0 }).catch(() => undefined); // nothing is left to save on a connection we give up
  }

  return {
    close,
    isOpen: () => !lifetime.signal.aborted,
    async query(text, parameters, { deadline, prepare }) {
      if (lifetime.signal.aborted) throw closedByServer();
      if (deadline.remainingSeconds() <= 0)
        throw new PostgresFailure("timeout", "no time was left: nothing was sent");
      try {
        const reply = sql.unsafe(text, [...parameters], { prepare });
        const rows = await limited(reply, deadline, () => socket?.bytesRead ?? 0);
        return { rows, announcedPid: rows.state.pid };
      } catch (error) {
        const failure = toFailure(error);
        if (!failure.isRefusal) await close();
        throw failure;
      }
    },
  };
}

function closedByServer(): PostgresFailure {
  return new PostgresFailure("connect", "the connection was closed", { code: "CONNECTION_CLOSED" });
}

/** Gives up on work that takes too long or answers too much. The caller must then destroy the connection. */
function limited<Result>(
  work: Promise<Result>,
  deadline: Deadline,
  bytesRead: () => number,
): Promise<Result> {
  const bytesBefore = bytesRead();
  const seconds = Math.max(0, deadline.remainingSeconds());
  return new Promise((resolve, reject) => {
    const giveUp = (reason: FailureReason, why: string): void =>
      reject(new PostgresFailure(reason, `${why}: the connection was given up`));
    const timer = setTimeout(
      () => giveUp("timeout", `no reply within ${seconds.toFixed(1)} s`),
      seconds * 1000,
    );
    const weight = setInterval(() => {
      if (bytesRead() - bytesBefore > REPLY_LIMIT_BYTES)
        giveUp("protocol", `a reply of over ${REPLY_LIMIT_BYTES} bytes`);
    }, REPLY_CHECK_MS);
    work
      .finally(() => {
        clearTimeout(timer);
        clearInterval(weight);
      })
      .then(resolve, reject);
  });
}

type Hooks = { socket(): Promise<Socket>; onclose(): void };

/** Every option is given, because the driver fills each one left open from the environment. */
function driverOptions(settings: ConnectionSettings, hooks: Hooks): postgres.Options<Record<string, never>> {
  const options = {
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: () => settings.password ?? "",
    ssl: false,
    max: 1,
    idle_timeout: 0,
    connect_timeout: 0,
    max_lifetime: null,
    keep_alive: 30,
    backoff: false,
    prepare: true,
    fetch_types: false,
    onnotice: () => undefined,
    connection: { application_name: ownApplicationName },
    ...hooks,
  };
  return options;
}

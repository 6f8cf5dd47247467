import { backoffSeconds } from "./backoff.ts";
import { connect } from "./attempts/connect.ts";
import type { Connected } from "./attempts/make-attempt.ts";
import { probe, withSignalGrant, type ProbeOptions } from "./probe.ts";
import type { Session } from "./session.ts";
import type { ConnectionSettings } from "./settings.ts";
import { warmUp } from "./warm-up.ts";

/** The one connection to a server: opened when it is needed, kept, and left alone for a while after it failed. */
export type Connection = {
  /** False while a failure is too fresh to try again. */
  isDue(): boolean;
  /** The one that is open, as far as we know, as it is: nothing is opened for it, and nothing probed. */
  session(): Session | null;
  /** The session that is open, or a new one with what its probe found out. Throws a `PostgresFailure`. */
  use(settings: ConnectionSettings, options: ProbeOptions): Promise<Connected>;
  succeeded(): void;
  /** What the probe found out or set holds no more: the next use probes anew, over the same session. */
  askAgain(): void;
  /** What was learned since of the grant of `pg_signal_backend`: the next use knows it. */
  learnGrant(canSignal: boolean): void;
  /** Backs off, unless the session survived the failure. */
  failed(): void;
  /** How many connections a server has answered on. */
  opened(): number;
  /** Ends the session at once; the next use opens another. */
  close(): Promise<void>;
};

/** Nothing is opened before the first use. */
export function createConnection(): Connection {
  let connected: Connected | null = null;
  let opened = 0;
  let failuresInARow = 0;
  let dueMs = 0;
  let isOutdated = false;

  async function open(settings: ConnectionSettings, options: ProbeOptions): Promise<Connected> {
    const fresh = await connect(settings, options);
    opened += 1;
    return fresh;
  }

  return {
    isDue: () => performance.now() >= dueMs,
    session: () => (connected?.session.isOpen() ? connected.session : null),
    async use(settings, options) {
      if (!connected?.session.isOpen()) {
        connected = await open(settings, options);
        // Whatever becomes of it, the connection is ours by now, and closed with us.
        await warmUp(connected.session, connected.probe, options.deadline);
      } else if (isOutdated) connected = { ...connected, probe: await probe(connected.session, options) };
      isOutdated = false;
      return connected;
    },
    succeeded() {
      failuresInARow = 0;
    },
    failed() {
      if (connected?.session.isOpen()) return;
      failuresInARow += 1;
      dueMs = performance.now() + 1000 * backoffSeconds(failuresInARow, Math.random());
    },
    askAgain() {
      isOutdated = true;
    },
    learnGrant(canSignal) {
      if (connected !== null)
        connected = { ...connected, probe: withSignalGrant(connected.probe, canSignal) };
    },
    opened: () => opened,
    async close() {
      await connected?.session.close();
      dueMs = 0;
    },
  };
}

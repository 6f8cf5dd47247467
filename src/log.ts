import { pino, type Logger } from "pino";
import sonicBoom from "sonic-boom";
import { escapedJsonText } from "./printable.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof logLevels)[number];

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/** What waits for a slow reader of the log, at most. Beyond it lines are dropped: a watchdog must not wait for its log. */
const LONGEST_BACKLOG_BYTES = 4 * 1024 * 1024;

/**
 * JSON lines on standard error: a constant message plus fields, so that standard output stays data. No field holds a
 * secret or a literal of a statement: neither is ever handed to the log. A full disk or a reader that stopped loses lines, and
 * nothing else: pino's own destination flushes at the exit of the process, and would then never let it end.
 */
export function createLog(level: LogLevel): Log {
  const stream = new sonicBoom.SonicBoom({
    fd: 2,
    sync: false,
    minLength: 0,
    maxLength: LONGEST_BACKLOG_BYTES,
  });
  stream.on("error", () => undefined); // there is nowhere left to say it
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: escapedJsonText },
    },
    stream,
  );
}

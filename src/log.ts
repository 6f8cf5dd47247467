import { destination, pino, type Logger } from "pino";

export const logLevels = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof logLevels)[number];

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/**
 * JSON lines on standard error: a constant message plus fields, so that standard output stays data. No field holds a
 * secret or a query text: neither is ever handed to the log.
 */
export function createLog(level: LogLevel): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ dest: 2, sync: true }),
  );
}

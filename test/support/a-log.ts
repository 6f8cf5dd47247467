import { pino } from "pino";

import type { Log } from "../../src/log.ts";

/** One line of the log: the constant message, and the fields beside it. */
export type LogRecord = {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** A log that keeps what it is told, as the real one would write it. */
export function aLog(): { readonly log: Log; readonly records: readonly LogRecord[] } {
  const records: LogRecord[] = [];
  const options = { level: "debug", base: null, timestamp: false, formatters: { level: nameOfLevel } };
  const log = pino(options, {
    write(line) {
      const { level, msg, ...fields }: Record<string, unknown> = JSON.parse(line);
      records.push({ level: String(level), message: String(msg), fields });
    },
  });
  return { log, records };
}

function nameOfLevel(label: string): { readonly level: string } {
  return { level: label };
}

import { UsageError } from "./command.ts";

/** The flags of a connection, also with their value in the same word. */
const connectionFlag = /^(?:-[pUd]|--(?:host|port|username|dbname)(?:=|$))/u;

/**
 * Whether the words ask for the help. Throws a `UsageError` where `-h` is meant as psql's: a help that exits with 0 would
 * let a cron job be green for ever.
 */
export function asksForHelp(allWords: readonly string[]): boolean {
  // What follows is the command line of another program.
  const words = allWords.slice(0, [...allWords, "--"].indexOf("--"));
  if (words.includes("--help")) return true;
  const at = words.findIndex((word) => word.startsWith("-h"));
  if (at === -1) return false;
  const next = words[at + 1];
  const hasValue = words[at] !== "-h" || (next !== undefined && !next.startsWith("-"));
  if (hasValue || words.some((word) => connectionFlag.test(word)))
    throw new UsageError("-h is --help here, and takes no value: to name a host, write --host=…");
  return true;
}

/** What to write in place of a flag of psql that is not known here, by the message about it. */
export function psqlAdvice(message: string): string {
  return /^Unknown option '(?:-[wW]|--(?:no-)?password)'/u.test(message)
    ? ": a password is taken from PGPASSWORD or ~/.pgpass, and never asked for"
    : "";
}

import { describeWord } from "./parse-words.ts";
import { UsageError } from "./command.ts";

// A URL, or pairs as libpq reads them. Files are rarely called so, and "./" before such a name makes it a file's.
const connection =
  /^[\w+.-]+:\/\/|^\s*(?:host|hostaddr|port|user|dbname|password|passfile|service|ssl\w+)\s*=/iu;

/**
 * Throws a `UsageError` where the word for a file is a connection string: it may hold a password, so that no message may repeat it, as
 * one about a file that is not there would. `word` names the place in the command line.
 */
export function noConnectionWord(path: string, word: string): void {
  if (connection.test(path))
    throw new UsageError(`${word}: expected the path of a file, got ${describeWord(path)}`);
}

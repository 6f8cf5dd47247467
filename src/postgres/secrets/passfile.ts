/** What an entry of a password file is looked up by. The host is the one that was named, or the socket's folder. */
export type PassfileKey = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
};

/** Where libpq looks for a socket by default: as Debian and Red Hat build it, and as PostgreSQL's own sources do. */
const defaultSocketFolders = ["/var/run/postgresql", "/tmp"];

/**
 * The password in the text of a `~/.pgpass`, read as libpq does: the first line of `host:port:database:user:password`
 * that fits, where `*` fits everything, `\` takes the next character literally, and `#` begins a comment.
 */
export function passwordFor(text: string, { host, port, database, user }: PassfileKey): string | undefined {
  const known = defaultSocketFolders.includes(host) ? "localhost" : host;
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    let rest: string | undefined = line.replace(/\r+$/u, "");
    for (const wanted of [known, String(port), database, user]) {
      rest = rest === undefined ? undefined : afterField(rest, wanted);
    }
    if (rest !== undefined) return unescaped(rest);
  }
  return undefined;
}

/**
 * Why libpq ignores a password file; `undefined` when it reads it. `mode` is the file's, with its permission bits.
 */
export function passfileRefusal({
  mode,
  isPlainFile,
}: {
  readonly mode: number;
  readonly isPlainFile: boolean;
}): string | undefined {
  if (!isPlainFile) return "it is not a plain file";
  return (mode & 0o077) === 0 ? undefined : "others than its owner may use it (chmod 0600)";
}

/** What follows a field that fits, and its colon; `undefined` when it does not fit. */
function afterField(line: string, wanted: string): string | undefined {
  if (line.startsWith("*:")) return line.slice(2);
  let at = 0;
  for (const character of wanted) {
    if (line[at] === "\\") at += 1;
    if (!line.startsWith(character, at)) return undefined;
    at += character.length;
  }
  return line[at] === ":" ? line.slice(at + 1) : undefined;
}

/** The password ends at the next colon. */
function unescaped(text: string): string {
  const [, password = ""] = /^((?:\\.|[^:])*)/su.exec(text) ?? [];
  return password.replace(/\\(.)/gsu, "$1");
}

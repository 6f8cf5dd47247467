import { access } from "node:fs/promises";

/** Why the system did not run a program, by its error: a sentence that begins with the name. */
export async function whyNotStarted(program: string, error: Error): Promise<string> {
  const code = "code" in error ? error.code : undefined;
  return `${named(program)} ${(await whyByCode(program, code)) ?? `cannot be run: ${error.message}`}`;
}

/** `null` of what is rare, and says enough itself. */
async function whyByCode(program: string, code: unknown): Promise<string | null> {
  if (code === "EACCES")
    return program.includes("/")
      ? "cannot be run: it is not executable (EACCES)"
      : "cannot be run: it is not executable, or a folder of the PATH may not be read (EACCES)";
  if (code === "ENOTDIR") return "cannot be run: something in its path is not a folder (ENOTDIR)";
  if (code !== "ENOENT") return null;
  if (!program.includes("/"))
    return `cannot be found: no folder of the PATH has such a program${quoteHint(program)}`;
  // The system says the same of a script whose interpreter is not there.
  return (await isThere(program))
    ? "cannot be run: the program that its first line names is not there"
    : `cannot be found: there is no such file${quoteHint(program)}`;
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

const LONGEST_NAME = 200;

/** A whole command in quotes, an assignment, and a URL may hold a password behind their beginning. */
function named(program: string): string {
  const [first = ""] = program.split(/\s|(?<=:\/\/|=)/u, 1);
  const isSecret = /[=@]|:\/\//u.test(program.slice(first.length)) || /(?::\/\/|=)$/u.test(first);
  const text = isSecret ? `${first} …` : program;
  return JSON.stringify(text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text);
}

function quoteHint(program: string): string {
  if (/^\w+=/u.test(program)) return ' (write "env" before what sets a variable)';
  return /\s/u.test(program) ? ' (write its words behind "--" without quotes around all of them)' : "";
}

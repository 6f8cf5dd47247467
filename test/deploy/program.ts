import { connectionsFromEnvironment } from "../../src/postgres/naming/connections-from-environment.ts";
import { runWords } from "../support/a-runtime.ts";
import { anEnvironment } from "../support/config-text.ts";

const bogus = "--no-such-flag";

/**
 * What the parser of the command line has to say against these words behind `pgleash`; `undefined` when nothing. The command
 * itself does not run: the parser meets a flag that no command has, and names the first that it does not know.
 */
export async function problemOf(words: readonly string[]): Promise<string | undefined> {
  if (words.length === 1 && words[0]?.startsWith("--") === true) {
    const { code, stderr } = await runWords(words);
    return code === 0 ? undefined : stderr;
  }
  const { code, stderr } = await runWords([...words, bogus]);
  const [firstLine = ""] = stderr.split("\n");
  return code === 2 && firstLine.includes(`'${bogus}'`) ? undefined : firstLine;
}

/** Whether pgleash reads this variable of its environment to reach a server. */
export function isVariableRead(name: string): boolean {
  return connectionGiven({ [name]: "1" }) !== connectionGiven({});
}

function connectionGiven(variables: Readonly<Record<string, string>>): string {
  return JSON.stringify(connectionsFromEnvironment(anEnvironment(variables)));
}

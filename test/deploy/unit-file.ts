import { readText } from "./files.ts";

/** A systemd unit: the values of each key of a section, in their order. */
export type Unit = { valuesOf(section: string, key: string): readonly string[] };

/** Reads a unit in which no line is continued. */
export async function readUnit(path: string): Promise<Unit> {
  const values = new Map<string, string[]>();
  let section = "";
  for (const line of (await readText(path)).split("\n")) {
    const [, name] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined) section = name;
    else if (key !== undefined && value !== undefined)
      values.set(`${section} ${key}`, [...(values.get(`${section} ${key}`) ?? []), value]);
    else if (line !== "" && !line.startsWith("#")) throw new Error(`${path}: ${line}`);
  }
  return { valuesOf: (of, key) => values.get(`${of} ${key}`) ?? [] };
}

/**
 * The words of a command line as systemd takes it: quotes hold words together, `$$` is a dollar, and a word that is a variable
 * becomes the words of its value.
 */
export function wordsOf(line: string, variables: Readonly<Record<string, string>>): readonly string[] {
  const words = line.match(/'[^']*'|\S+/g) ?? [];
  return words.flatMap((word) => {
    const [, name] = /^\$(\w+)$/.exec(word) ?? [];
    if (name !== undefined) return (variables[name] ?? "").split(" ").filter((part) => part !== "");
    return [word.replace(/^'(.*)'$/, "$1").replaceAll("$$", "$")];
  });
}

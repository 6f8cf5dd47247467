import type { Mistake, Path } from "./issue.ts";
import { isGiven, itemPaths, valueAt } from "./raw-file.ts";
import type { Rule } from "./raw-file.ts";
import { MOST_PATTERNS, SERVERS_FILE, serversFilePattern } from "./servers-file-field.ts";

const FILE: Path = ["servers_file"];

/** The rules of the files that name servers. */
export const serversFileRules: readonly Rule[] = [everyOneIsAPath, notTooMany, othersAreForSomebody];

function everyOneIsAPath(file: unknown): readonly Mistake[] {
  return [FILE, ...itemPaths(file, FILE)].flatMap((path): readonly Mistake[] => {
    const text = valueAt(file, path);
    if (typeof text !== "string" || serversFilePattern.test(text)) return [];
    return [{ path, at: "value", expected: SERVERS_FILE, got: "another text", hint: undefined }];
  });
}

function notTooMany(file: unknown): readonly Mistake[] {
  const { length } = itemPaths(file, FILE);
  if (length <= MOST_PATTERNS && (length > 0 || !Array.isArray(valueAt(file, FILE)))) return [];
  const expected = `1 to ${MOST_PATTERNS} paths`;
  return [{ path: FILE, at: "value", expected, got: `${length}`, hint: undefined }];
}

/** Whoever misspells the other key would believe that servers are watched. */
function othersAreForSomebody(file: unknown): readonly Mistake[] {
  if (isGiven(file, FILE)) return [];
  return ["servers_template", "allowed_hosts"]
    .filter((key) => isGiven(file, [key]))
    .map((key) => {
      const hint = "it is for the servers that such a file names";
      return { path: [key], at: "key", expected: "servers_file beside it", got: "none", hint };
    });
}

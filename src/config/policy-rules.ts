import { closestWord } from "../closest-word.ts";
import { formatPath } from "./issue.ts";
import type { Mistake, Path } from "./issue.ts";
import { partsOf } from "./matcher.ts";
import { plainPath } from "./plain-path.ts";
import { builtInLimits } from "./policy-field.ts";
import { shippedProtections } from "./protections.ts";
import { isGiven, itemPaths, repeatedTexts, serverPaths, valueAt } from "./raw-file.ts";
import type { Rule } from "./raw-file.ts";

const RULES: Path = ["policy", "rules"];
const PROTECTIONS: Path = ["policy", "protect"];

/** The rules between the fields of the policy. */
export const policyRules: readonly Rule[] = [
  whoeverEnforcesNamesItsFiles,
  everyFileHasItsOwnPath,
  everyRuleHasItsOwnName,
  everyProtectionHasItsOwnName,
  shippedProtectionsStayAsTheyAre,
  rulesOnlyNarrowTheLimits,
  matchersNameServersOfTheFile,
];

const neededToEnforce = [
  { key: "audit_file", hint: "nobody is ended without a record: name an audit_file" },
  { key: "pause_file", hint: 'without one "pgleash pause" stops nobody: name a pause_file' },
];

/** One mistake for all of them, because they are told at one place. */
function whoeverEnforcesNamesItsFiles(file: unknown): readonly Mistake[] {
  const path: Path = ["policy", "mode"];
  const missing = neededToEnforce.filter(({ key }) => !isGiven(file, ["policy", key]));
  if (valueAt(file, path) !== "enforce" || missing.length === 0) return [];
  const expected = `dry_run as long as there is ${missing.map(({ key }) => `no ${key}`).join(" and ")}`;
  const hint = missing.map((one) => one.hint).join("; ");
  return [{ path, at: "value", expected, got: '"enforce"', hint }];
}

/** The same file in other words, such as with `//` or `..`, is the same file. */
function everyFileHasItsOwnPath(file: unknown): readonly Mistake[] {
  const audit: Path = ["policy", "audit_file"];
  const path: Path = ["policy", "pause_file"];
  const [first, second] = [valueAt(file, audit), valueAt(file, path)];
  if (typeof first !== "string" || typeof second !== "string") return [];
  if (plainPath(first) !== plainPath(second)) return [];
  const got = `the one of ${formatPath(audit)}`;
  return [{ path, at: "value", expected: "a file of its own", got, hint: undefined }];
}

function everyRuleHasItsOwnName(file: unknown): readonly Mistake[] {
  return repeatedTexts(file, namePaths(file, RULES), {
    expected: "a name that no other rule has",
    got: (first) => `the name of ${formatPath(first.slice(0, -1))}`,
  });
}

function everyProtectionHasItsOwnName(file: unknown): readonly Mistake[] {
  return repeatedTexts(file, namePaths(file, PROTECTIONS), {
    expected: "a name that no other protection has",
    got: (first) => `the name of ${formatPath(first.slice(0, -1))}`,
  });
}

/** Under the name of a shipped one, a narrower protection would leave somebody unprotected by mistake. */
function shippedProtectionsStayAsTheyAre(file: unknown): readonly Mistake[] {
  const removed = itemPaths(file, ["policy", "unprotect"]).map((path) => valueAt(file, path));
  return itemPaths(file, PROTECTIONS).flatMap((protection): readonly Mistake[] => {
    const path = [...protection, "name"];
    const shipped = shippedProtections.find(({ name }) => name === valueAt(file, path));
    if (shipped === undefined || removed.includes(shipped.name)) return [];
    const texts = itemPaths(file, [...protection, "match"]).map((text) => valueAt(file, text));
    if (JSON.stringify(texts) === JSON.stringify(shipped.match)) return [];
    const hint = "choose another name, or list this one in unprotect";
    return [
      { path, at: "value", expected: "a name that no shipped protection has", got: "one of them", hint },
    ];
  });
}

/** What cannot be read by itself is the matter of its own field. */
function rulesOnlyNarrowTheLimits(file: unknown): readonly Mistake[] {
  return itemPaths(file, RULES).flatMap((rule) =>
    Object.entries(builtInLimits).flatMap(([key, builtIn]): readonly Mistake[] => {
      const path = [...rule, "limits", key];
      const ofPolicy: Path = ["policy", "limits", key];
      const [own, given] = [valueAt(file, path), valueAt(file, ofPolicy)];
      const most = given ?? builtIn;
      if (typeof own !== "number" || typeof most !== "number" || own <= most) return [];
      const origin = given === undefined ? `${formatPath(ofPolicy)}, built in` : formatPath(ofPolicy);
      return [{ path, at: "value", expected: `at most ${most} (${origin})`, got: `${own}`, hint: undefined }];
    }),
  );
}

/**
 * Whoever misspells a server in a protection protects nobody. A server of the environment has its name from there, and those of a
 * servers file come and go.
 */
function matchersNameServersOfTheFile(file: unknown): readonly Mistake[] {
  if (isGiven(file, ["servers_file"])) return [];
  const servers = serverPaths(file).map((path) => valueAt(file, [...path, "name"]));
  const names = servers.filter((name) => typeof name === "string");
  if (names.length === 0 || names.length < servers.length) return [];
  const lists = [RULES, PROTECTIONS].flatMap((list) => itemPaths(file, list));
  return lists
    .flatMap((item) => itemPaths(file, [...item, "match"]))
    .flatMap((path): readonly Mistake[] => {
      const text = valueAt(file, path);
      const parts = typeof text === "string" ? partsOf(text) : undefined;
      if (parts?.label !== "server" || parts.operator.endsWith("~") || names.includes(parts.value)) return [];
      const near = closestWord(parts.value, names);
      const hint = near === undefined ? undefined : `did you mean ${near}?`;
      return [
        { path, at: "value", expected: `server to be one of ${names.join(", ")}`, got: "another", hint },
      ];
    });
}

function namePaths(file: unknown, list: Path): readonly Path[] {
  return itemPaths(file, list).map((item) => [...item, "name"]);
}

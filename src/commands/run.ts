import { closestWord } from "../closest-word.ts";
import { exitCodeMeanings, exitCodes, UsageError, type Command } from "./command.ts";
import { describeWord } from "./parse-words.ts";
import { asksForHelp } from "./psql-words.ts";
import type { Runtime } from "./runtime.ts";

/** Loaded when called: a healthcheck must not pay for a web server. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serve,
  suspects: async () => (await import("./suspects.ts")).suspects,
  doctor: async () => (await import("./doctor.ts")).doctor,
  explain: async () => (await import("./explain.ts")).explain,
  check: async () => (await import("./check.ts")).check,
  "check-config": async () => (await import("./check-config.ts")).checkConfig,
  config: async () => (await import("./config.ts")).config,
  replay: async () => (await import("./replay.ts")).replay,
  advise: async () => (await import("./advise.ts")).advise,
  "setup-sql": async () => (await import("./setup-sql.ts")).setupSql,
  pause: async () => (await import("./pause.ts")).pause,
  resume: async () => (await import("./resume.ts")).resume,
  demo: async () => (await import("./demo.ts")).demo,
  healthcheck: async () => (await import("./healthcheck.ts")).healthcheck,
  version: async () => (await import("./version.ts")).version,
};

const help = `pgleash finds leaked PostgreSQL connections and says who leaked them. It ends those that your policy
allows, and none without.

Examples:
  pgleash demo                                     see it at work, on a PostgreSQL of its own
  pgleash suspects postgres://db1/postgres         one look at a server, as a table
  pgleash doctor 'host=db1 user=pgleash'           what is missing for a watch, and what to run
  DATABASE_URL=postgres://db1/postgres pgleash serve
  pgleash serve --config.file=pgleash.yml          watch, and serve metrics on :19187
  pgleash check -- pytest                          run tests, and fail if they leak sessions

Commands:
  serve           watch servers and serve metrics, until stopped
  suspects        look once and print who is suspected
  doctor          say what keeps pgleash from its work at a server, and what to run against it
  explain         ask a running pgleash why a session is a suspect, and why it is not ended
  check           run your tests, or any other command, and say which sessions they leaked
  check-config    say everything that is wrong with a configuration file
  config show     print the configuration that holds, secrets masked
  replay          try a policy on what "serve --record=FILE" put on record
  advise          say which thresholds, timeouts and pool sizes fit the traffic that was seen
  setup-sql       print the roles and grants that pgleash needs
  pause           end nobody for a while, or until resume
  resume          take a pause back
  healthcheck     ask a running pgleash whether it is healthy
  version         print the version
  demo            start a server, an application that leaks, and a watch over both

A server is named as for psql: by a URL, by 'host=db1 user=pgleash', or by PG* variables; "serve", "suspects", "doctor" and "check"
take --host, -p, -U and -d, too. -h is --help here. "pgleash COMMAND --help" tells the flags of each command.

Exit codes:
${Object.entries(exitCodeMeanings)
  .map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)
  .join("\n")}
`;

/** Runs the command that the words name. Bad words are explained on standard error. */
export async function run(runtime: Runtime, words: readonly string[]): Promise<number> {
  const [name, ...rest] = asCommand(words);
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (words[0] === "-h") asksForHelp(words);
    if (name === undefined || name === "help") return print(runtime, help);
    if (load === undefined) throw new UsageError(unknownText(name));
    const command = await load().catch((error: unknown) => notLoaded(name, error));
    if (asksForHelp(rest)) return print(runtime, command.help);
    return await command.run(runtime, rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const asked = load === undefined ? "pgleash" : `pgleash ${name}`;
    runtime.writeError(`pgleash: ${error.message}\nRun "${asked} --help" for help.\n`);
    return exitCodes.usage;
  }
}

/** The spellings that everybody tries: `--version`, `-h`, `help serve`. */
function asCommand(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  if (first === "--version" || first === "-V") return ["version", ...rest];
  if (first === "--help" || first === "-h") return ["help"];
  const [asked] = rest;
  return first === "help" && asked !== undefined ? [asked, "--help"] : words;
}

/** Of an installation that lost files. Node.js goes on with a stack of modules, line by line. */
function notLoaded(name: string, error: unknown): never {
  const [why] = String(error instanceof Error ? error.message : error).split("\n", 1);
  throw new Error(`the command ${name} cannot be loaded: ${why}`, { cause: error });
}

function unknownText(name: string): string {
  const names = Object.keys(commands);
  const meant = closestWord(name, names);
  const question = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  const shown = describeWord(name);
  return `unknown command${shown.startsWith('"') ? "" : ","} ${shown}${question}: expected one of ${names.join(", ")}`;
}

function print(runtime: Runtime, text: string): number {
  runtime.write(text);
  return exitCodes.ok;
}

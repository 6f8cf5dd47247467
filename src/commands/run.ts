import { describeValue } from "../config/describe-value.ts";
import { exitCodes, UsageError, type Command, type ExitCode } from "./command.ts";
import type { Runtime } from "./runtime.ts";

/** Loaded when called: a healthcheck must not pay for a web server. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serve,
  suspects: async () => (await import("./suspects.ts")).suspects,
  explain: async () => (await import("./explain.ts")).explain,
  "check-config": async () => (await import("./check-config.ts")).checkConfig,
  config: async () => (await import("./config.ts")).config,
  replay: async () => (await import("./replay.ts")).replay,
  "setup-sql": async () => (await import("./setup-sql.ts")).setupSql,
  pause: async () => (await import("./pause.ts")).pause,
  resume: async () => (await import("./resume.ts")).resume,
  demo: async () => (await import("./demo.ts")).demo,
  healthcheck: async () => (await import("./healthcheck.ts")).healthcheck,
};

const help = `pgleash finds leaked PostgreSQL connections and says who leaked them. It ends those that your policy
allows, and none without.

Examples:
  pgleash demo                                     see it at work, on a PostgreSQL of its own
  pgleash suspects postgres://db1/postgres         one look at a server, as a table
  DATABASE_URL=postgres://db1/postgres pgleash serve
  pgleash serve --config.file=pgleash.yml          watch, and serve metrics on :19187

Commands:
  serve           watch servers and serve metrics, until stopped
  suspects        look once and print who is suspected
  explain         ask a running pgleash why a session is a suspect, and why it is not ended
  check-config    say everything that is wrong with a configuration file
  config show     print the configuration that holds, secrets masked
  replay          try a policy on what "serve --record=FILE" put on record
  setup-sql       print the roles and grants that pgleash needs
  pause           end nobody for a while, or until resume
  resume          take a pause back
  healthcheck     ask a running pgleash whether it is healthy
  demo            start a server, an application that leaks, and a watch over both

Run "pgleash COMMAND --help" for its flags; "pgleash --version" prints the version.

Exit codes: 0 fine, 1 failed, 2 called wrongly, 3 suspects found.
`;

/** Runs the command that the words name. Bad words are explained on standard error. */
export async function run(runtime: Runtime, words: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = words;
  if (name === "--version")
    return print(runtime, `pgleash ${runtime.versions.pgleash} (node ${runtime.versions.node})\n`);
  if (name === undefined || name === "help" || name === "--help" || name === "-h")
    return print(runtime, help);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (load === undefined)
      throw new UsageError(
        `unknown command ${describeValue(name)}: expected one of ${Object.keys(commands).join(", ")}`,
      );
    const command = await load();
    if (rest.includes("--help") || rest.includes("-h")) return print(runtime, command.help);
    return await command.run(runtime, rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const asked = load === undefined ? "pgleash" : `pgleash ${name}`;
    runtime.writeError(`pgleash: ${error.message}\nRun "${asked} --help" for help.\n`);
    return exitCodes.usage;
  }
}

function print(runtime: Runtime, text: string): ExitCode {
  runtime.write(text);
  return exitCodes.ok;
}

import { describeValue } from "../config/describe-value.ts";
import { parseDuration } from "../config/duration.ts";
import { checkCommand, type Checked } from "../leak-check/check-command.ts";
import { startChild, type CommandLine, type PassedSignal } from "../leak-check/child.ts";
import { createLooks } from "../leak-check/looks.ts";
import { whyUnwritable, writeReport } from "../leak-check/report-file.ts";
import { runTag } from "../leak-check/run-tag.ts";
import { PostgresFailure } from "../postgres/failure.ts";
import { escapedJson, printable } from "../printable.ts";
import { annotations } from "./check-annotations.ts";
import { checkJson } from "./check-json.ts";
import { checkText, type CheckPlace } from "./check-text.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { connectionFlags, connectionFlagsHelp, connectionOf } from "./connection-words.ts";
import { load } from "./load.ts";
import { namesServer } from "./names-server.ts";
import { parseWords } from "./parse-words.ts";
import type { Runtime } from "./runtime.ts";
import { whoseSessions } from "./whose-sessions.ts";
import { withoutOrders } from "./without-orders.ts";

const { host, port, username, dbname } = connectionFlags;

const flags = {
  url: { type: "string" },
  host,
  port,
  username,
  dbname,
  "idle-in-transaction": { type: "string", default: "5s" },
  idle: { type: "string" },
  grace: { type: "string", default: "5s" },
  match: { type: "string", multiple: true },
  "tag-application-name": { type: "boolean", default: false },
  report: { type: "string" },
} as const;

/** Runs a command, and says which sessions it leaked. */
export const check: Command = {
  help: `Usage: pgleash check [--url=CONNECTION] [flags] -- COMMAND…

Examples:
  pgleash check --url=postgres://localhost/shop_test -- pytest
  DATABASE_URL=postgres://localhost/shop_test pgleash check -- npx vitest run
  pgleash check --tag-application-name --idle-in-transaction=3s -- go test ./...

Runs your tests, or any other command, watches the sessions that begin with it, and says which of them it leaked: those that
sit idle in a transaction for too long or when the command ends, and what is still there once it has ended. It ends
no session. The command reads and writes where pgleash does; the report comes behind it, on standard error.

Exits with what the command exited with, if that is not 0; else with 1 when something leaked, with 2 when the server could
not be looked at or nobody who came was to be judged, and with 0 when all is well. A command that a signal ended counts as 128 and its number.

  --url=CONNECTION     the server that the tests use: a URL or key=value pairs; without it, DATABASE_URL or the PG* variables
${connectionFlagsHelp}
  --idle-in-transaction=DURATION
                       a session may sit idle in a transaction for so long while the command runs (5s)
  --idle=DURATION      a session may go unused for so long; without it for ever, since a pool looks the same
  --grace=DURATION     how long sessions may stay once the command has ended (5s)
  --match=MATCHER      judge only sessions that match, such as 'datname="shop_test"'; may be given several times, and all must match
  --tag-application-name
                       set PGAPPNAME for the command to a name of this run, and judge only sessions whose name begins with it
  --report=FILE        write the report as JSON, too

docs/leak-check.md shows it with pytest, vitest and go test, and says what it cannot see.
`,
  async run(runtime, words) {
    const { own, command } = split(words);
    const { values } = parseWords(own, flags, 0);
    const tag = values["tag-application-name"] ? runTag() : null;
    const durations = {
      heldSeconds: secondsOf("--idle-in-transaction", values["idle-in-transaction"]),
      untouchedSeconds: values.idle === undefined ? Infinity : secondsOf("--idle", values.idle),
      graceSeconds: secondsOf("--grace", values.grace),
    };
    const whose = whoseSessions(tag, values.match ?? []);
    if (values.report !== undefined) await requireWritable(values.report);
    const url = connectionOf(values, values.url);
    const loaded = await load(runtime, undefined, url);
    if ("problems" in loaded) return wrong(runtime, loaded.problems);
    const [server, ...others] = loaded.config.servers;
    if (server === undefined || others.length > 0)
      return wrong(runtime, ["pgleash: expected one server: name it with --url"]);
    if (url === undefined && !namesServer(runtime.variables))
      runtime.writeError(`pgleash: nobody named a server: ${server.name} is the default\n`);
    const looks = createLooks(server);
    try {
      const { graceSeconds, ...ages } = durations;
      const rules = { ...ages, ...whose };
      const checked = await checkCommand({
        looks,
        rules,
        graceSeconds,
        start: () => startPassing(runtime, command, tag),
      });
      return await tell(runtime, checked, { server: server.name, tag, report: values.report });
    } catch (error) {
      if (!(error instanceof PostgresFailure)) throw error;
      return wrong(runtime, [
        `pgleash: ${printable(`${server.name}: ${error.reason}: ${error.message}`)}; the command was not started`,
      ]);
    } finally {
      await looks.close();
    }
  },
};

/** What is ours, and what belongs to the command. */
function split(words: readonly string[]): { readonly own: readonly string[]; readonly command: CommandLine } {
  const at = words.indexOf("--");
  const [program, ...rest] = at === -1 ? [] : words.slice(at + 1);
  const own = at === -1 ? words : words.slice(0, at);
  if (program !== undefined && program !== "") return { own, command: [program, ...rest] };
  const hint = words.some((word) => /\.ya?ml$/u.test(word))
    ? ' ("pgleash check-config FILE" checks a configuration)'
    : "";
  throw new UsageError(`expected a command behind "--", as in: pgleash check -- pytest${hint}`);
}

const LONGEST_SECONDS = 24 * 3600;

function secondsOf(flag: string, text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds >= 0.1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new UsageError(
    `${flag}: expected a duration such as 5s, from 100ms to 1d, got ${describeValue(text)}`,
  );
}

/** A suite may run for an hour: what it will come to is known before. */
async function requireWritable(report: string): Promise<void> {
  if (report === "") throw new UsageError("--report: expected a path, got nothing");
  const why = await whyUnwritable(report);
  if (why === null) return;
  throw new UsageError(
    `--report: expected a file that can be written, got ${describeValue(report)}: ${why}; the command was not started`,
  );
}

const passed: readonly PassedSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Starts the command. Until it has ended, signals are its own matter. */
function startPassing(
  runtime: Runtime,
  command: CommandLine,
  tag: string | null,
): ReturnType<typeof startChild> {
  const child = startChild(
    command,
    tag === null ? runtime.variables : { ...runtime.variables, PGAPPNAME: tag },
  );
  const stops = passed.map((signal) => runtime.onSignal(signal, () => child.pass(signal)));
  const ended = child.ended.finally(() => {
    for (const stop of stops) stop();
  });
  return { ...child, ended };
}

function wrong(runtime: Runtime, problems: readonly string[]): number {
  runtime.writeError(`${problems.map(withoutOrders).join("\n")}\n`);
  return exitCodes.usage;
}

type Telling = CheckPlace & { readonly report: string | undefined };

async function tell(runtime: Runtime, checked: Checked, { report, ...place }: Telling): Promise<number> {
  const { leaks, end, blind } = checked;
  const isOnGitHub = runtime.variables["GITHUB_ACTIONS"] === "true";
  const lines = [...checkText(checked, place), ...(isOnGitHub ? annotations(leaks) : [])];
  runtime.writeError(`${lines.join("\n")}\n`);
  const json = `${escapedJson(checkJson(checked, place), 2)}\n`;
  const unwritten = report === undefined ? null : await writeReport(report, json);
  if (unwritten !== null) runtime.writeError(`pgleash: --report: ${withoutOrders(printable(unwritten))}\n`);
  if (end.status !== 0) return end.status;
  if (leaks.length > 0) return exitCodes.failed;
  return blind === null && unwritten === null ? exitCodes.ok : exitCodes.usage;
}

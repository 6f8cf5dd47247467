import { describeValue } from "../config/describe-value.ts";
import { escapedJson, printable } from "../printable.ts";
import { answerTo, defaultUrl, linesIn, questionTo } from "./ask-pgleash.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { parseWords } from "./parse-words.ts";
import { httpClientOf } from "./http-client-of.ts";
import { reasonOf } from "./reason-of.ts";

const flags = {
  server: { type: "string" },
  url: { type: "string", default: defaultUrl },
  "http.config.file": { type: "string" },
  json: { type: "boolean", default: false },
} as const;

/** Asks a running pgleash about one session: only it has followed the session, and knows what was done before. */
export const explain: Command = {
  help: `Usage: pgleash explain PID [--server=NAME] [--url=${defaultUrl}] [--http.config.file=FILE] [--json]

Examples:
  pgleash explain 21407
  pgleash explain 21407 --server=orders --url=http://pgleash.internal:19187
  pgleash explain 21407 --url=https://pgleash.internal:19187 --http.config.file=client.yml

Asks the pgleash that serves at this URL why a session is a suspect or not, and what would have to change for it to be
ended: what each detector says, which rules match, and everything that spares it, first what can never change. It also says
what was done to it, or would have been, even if it is gone by now. The answer is that of the last look.

  --server=NAME            the name of the server in the configuration, where there are several
  --url=URL                where pgleash serves (${defaultUrl})
  --http.config.file=FILE  user, password, authority and client certificate, in the format that promtool reads
  --json                   the answer as JSON
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, 1);
    const question = questionOf(values.url, positionals[0], values.server);
    const read = await httpClientOf(values["http.config.file"]);
    if ("problems" in read) {
      runtime.writeError(`${read.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    try {
      const answer = await answerTo(question, read.client);
      runtime.write(values.json ? `${escapedJson(answer, 2)}\n` : textOf(answer, question));
      return exitCodes.ok;
    } catch (error) {
      runtime.writeError(`pgleash: ${printable(reasonOf(error))}\n`);
      return exitCodes.failed;
    }
  },
};

function questionOf(base: string, pid: string | undefined, server: string | undefined): URL {
  if (pid === undefined || !/^[1-9]\d{0,9}$/.test(pid))
    throw new UsageError(`expected the pid of a session, got ${describeValue(pid)}`);
  return questionTo(base, "/api/v1/explain", { pid, server });
}

function textOf(answer: unknown, question: URL): string {
  return linesIn(answer, question)
    .map((line) => `${line}\n`)
    .join("");
}

import { describeValue } from "../config/describe-value.ts";
import { escapedJson, printable } from "../printable.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { parseWords } from "./parse-words.ts";

const defaultUrl = "http://127.0.0.1:19187";

const flags = {
  server: { type: "string" },
  url: { type: "string", default: defaultUrl },
  json: { type: "boolean", default: false },
} as const;

const DEADLINE_MS = 5000;

/** Asks a running pgleash about one session: only it has followed the session, and knows what was done before. */
export const explain: Command = {
  help: `Usage: pgleash explain PID [--server=NAME] [--url=${defaultUrl}] [--json]

Asks the pgleash that serves at this URL why a session is a suspect or not, and what would have to change for it to be
ended: what each detector says, which rules match, and everything that spares it, first what can never change. It also says
what was done to it, or would have been, even if it is gone by now. The answer is that of the last look.

Examples:
  pgleash explain 21407
  pgleash explain 21407 --server=orders --url=http://pgleash.internal:19187

  --server=NAME  the name of the server in the configuration, where there are several
  --url=URL      where pgleash serves (${defaultUrl})
  --json         the answer as JSON
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, 1);
    const question = questionOf(values.url, positionals[0], values.server);
    try {
      const response = await fetch(question, { signal: AbortSignal.timeout(DEADLINE_MS) });
      const body = await response.text();
      if (!response.ok) throw new Error(`${response.status}: ${body.trim()}`);
      const answer: unknown = JSON.parse(body);
      runtime.write(values.json ? `${escapedJson(answer, 2)}\n` : textOf(answer));
      return exitCodes.ok;
    } catch (error) {
      runtime.writeError(`pgleash: no answer from ${question.origin}: ${printable(reasonOf(error))}\n`);
      return exitCodes.failed;
    }
  },
};

/** Whatever stands in front of the API in the URL stays: a proxy may serve it under a path. */
function questionOf(base: string, pid: string | undefined, server: string | undefined): URL {
  if (pid === undefined || !/^[1-9]\d{0,9}$/.test(pid))
    throw new UsageError(`expected the pid of a session, got ${describeValue(pid)}`);
  const url = URL.canParse(base) ? new URL(base) : null;
  // With a password in it, an error message would show it.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== "")
    throw new UsageError(`--url: expected a URL such as ${defaultUrl}, got ${describeValue(base)}`);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v1/explain`;
  url.search = new URLSearchParams({ pid, ...(server === undefined ? {} : { server }) }).toString();
  url.hash = "";
  return url;
}

/** Names of users stand in these lines, whatever served them. */
function textOf(answer: unknown): string {
  const hasText = typeof answer === "object" && answer !== null && "text" in answer;
  if (!hasText || !Array.isArray(answer.text)) throw new Error("this is not the answer of a pgleash");
  return answer.text.map((line) => `${printable(String(line))}\n`).join("");
}

/** fetch says only that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return reason instanceof Error ? reason.message : String(reason);
}

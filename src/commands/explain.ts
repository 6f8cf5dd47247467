import { describeValue } from "../config/describe-value.ts";
import { escapedJson, printable } from "../printable.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { parseWords } from "./parse-words.ts";
import { httpClientOf } from "./http-client-of.ts";
import { reasonOf } from "./reason-of.ts";
import { ask } from "../web/client/ask.ts";
import type { HttpClient } from "../web/client/http-client.ts";
import { noAnswerAdvice } from "../web/no-answer-advice.ts";

const defaultUrl = "http://127.0.0.1:19187";

const flags = {
  server: { type: "string" },
  url: { type: "string", default: defaultUrl },
  "http.config.file": { type: "string" },
  json: { type: "boolean", default: false },
} as const;

const DEADLINE_MS = 5000;

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

/** Throws an error whose message says who gave no answer, or which one. */
async function answerTo(question: URL, client: HttpClient): Promise<unknown> {
  const { origin } = question;
  const { status, text } = await ask(question, client, { deadlineMs: DEADLINE_MS }).catch(
    async (error: unknown) => {
      const hasCertificate = client.certificate !== null;
      const advice = await noAnswerAdvice(error, { url: question, hasCertificate, deadlineMs: DEADLINE_MS });
      const why = [reasonOf(error), ...(advice === null ? [] : [advice])].join(": ");
      throw new Error(`no answer from ${origin}: ${why}`, { cause: error });
    },
  );
  if (status !== 200) {
    const words = text.trim().slice(0, LONGEST_WORDS);
    throw new Error(`${origin} answers ${status}${words === "" ? "" : `: ${words}`}${adviceFor(status)}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${origin} answers as no pgleash does: ${reasonOf(error)}`, { cause: error });
  }
}

/** Pages of errors, as others serve them, are long. */
const LONGEST_WORDS = 300;

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
function textOf(answer: unknown, { origin }: URL): string {
  const hasText = typeof answer === "object" && answer !== null && "text" in answer;
  if (!hasText || !Array.isArray(answer.text)) throw new Error(`${origin} answers as no pgleash does`);
  return answer.text.map((line) => `${printable(String(line))}\n`).join("");
}

function adviceFor(status: number): string {
  return status === 401 ? " (--http.config.file names a user and a password)" : "";
}

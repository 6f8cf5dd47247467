import { describeValue } from "../config/describe-value.ts";
import { printable } from "../printable.ts";
import { ask } from "../web/client/ask.ts";
import type { HttpClient } from "../web/client/http-client.ts";
import { noAnswerAdvice } from "../web/no-answer-advice.ts";
import { UsageError } from "./command.ts";
import { reasonOf } from "./reason-of.ts";

/** Where a pgleash serves that nobody told otherwise. */
export const defaultUrl = "http://127.0.0.1:19187";

const DEADLINE_MS = 5000;

/** Pages of errors, as others serve them, are long. */
const LONGEST_WORDS = 300;

/**
 * The address of a question to the API. Whatever stands in front of the API in the URL stays: a proxy may serve it under a path. Throws a
 * `UsageError`.
 */
export function questionTo(
  base: string,
  path: `/api/${string}`,
  parameters: Readonly<Record<string, string | undefined>>,
): URL {
  const url = URL.canParse(base) ? new URL(base) : null;
  // With a password in it, an error message would show it.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== "")
    throw new UsageError(`--url: expected a URL such as ${defaultUrl}, got ${describeValue(base)}`);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  url.search = "";
  for (const [name, text] of Object.entries(parameters))
    if (text !== undefined) url.searchParams.set(name, text);
  url.hash = "";
  return url;
}

/** What a running pgleash answers, as JSON of any shape. Throws an error whose message says who gave no answer, or which one. */
export async function answerTo(question: URL, client: HttpClient): Promise<unknown> {
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

function adviceFor(status: number): string {
  return status === 401 ? " (--http.config.file names a user and a password)" : "";
}

/** The lines for a person that are in an answer. Names of users stand in them, whatever served them. Throws where there are none. */
export function linesIn(answer: unknown, { origin }: URL): readonly string[] {
  const hasText = typeof answer === "object" && answer !== null && "text" in answer;
  if (!hasText || !Array.isArray(answer.text)) throw new Error(`${origin} answers as no pgleash does`);
  return answer.text.map((line) => printable(String(line)));
}

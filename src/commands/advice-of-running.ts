import { printable } from "../printable.ts";
import type { Advised } from "./advised.ts";
import { answerTo, defaultUrl, linesIn, questionTo } from "./ask-pgleash.ts";
import { httpClientOf } from "./http-client-of.ts";
import { reasonOf } from "./reason-of.ts";
import type { Runtime } from "./runtime.ts";

type Questioned = {
  readonly url?: string | undefined;
  readonly server?: string | undefined;
  readonly "http.config.file"?: string | undefined;
};

/** What a running pgleash advises, or `null`: then standard error says why it does not. */
export async function adviceOfRunning(
  runtime: Runtime,
  { url = defaultUrl, server, "http.config.file": file }: Questioned,
): Promise<Advised | null> {
  const question = questionTo(url, "/api/v1/advice", { server });
  const read = await httpClientOf(file);
  if ("problems" in read) {
    runtime.writeError(`${read.problems.join("\n")}\n`);
    return null;
  }
  try {
    const answer = await answerTo(question, read.client);
    return { json: [answer], seen: new Map(), lines: linesIn(answer, question) };
  } catch (error) {
    runtime.writeError(`pgleash: ${printable(reasonOf(error))}\n`);
    return null;
  }
}

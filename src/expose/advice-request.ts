import { adviceInSteps } from "../advise/advice.ts";
import type { History } from "../advise/history.ts";
import { escapedJson } from "../printable.ts";
import { adviceJson } from "./advice-json.ts";
import { adviceParts } from "./advice-text.ts";
import { askedServer, type Refused } from "./asked-server.ts";
import { breather } from "./breather.ts";
import type { View } from "./view.ts";

/** The answer as bytes of JSON, or what is wrong with the question. */
export type Advised = { readonly page: Buffer } | Refused;

export type AdviceRequests = (view: Pick<View, "servers">, parameters: URLSearchParams) => Promise<Advised>;

type Kept = { readonly history: History; readonly page: Promise<Buffer> };

/** Answers are as large as megabytes, and those of other servers are made anew. */
const MOST_KEPT = 4;

/**
 * Answers `?server=NAME` from what the looks of this process showed; nothing is asked of PostgreSQL. An answer is made once for
 * each look, one after the other, and looks get their turn in between: whoever asks must not keep them waiting.
 */
export function createAdviceRequests(): AdviceRequests {
  const kept = new Map<string, Kept>();
  let last: Promise<unknown> = Promise.resolve();

  function pageOf(server: string, history: History): Promise<Buffer> {
    const known = kept.get(server);
    if (known?.history === history) return known.page;
    const begin = (): Promise<Buffer> => renderAdvice(server, history);
    const page = last.then(begin, begin);
    last = page;
    kept.delete(server);
    kept.set(server, { history, page });
    for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
    return page;
  }

  return async ({ servers }, parameters) => {
    const found = askedServer(servers, parameters.get("server"));
    return "problem" in found ? found : { page: await pageOf(found.server, found.history) };
  };
}

async function renderAdvice(server: string, history: History): Promise<Buffer> {
  const breathe = breather();
  const steps = adviceInSteps(history);
  let step = steps.next();
  while (step.done !== true) {
    await breathe();
    step = steps.next();
  }
  const text: string[] = [];
  for (const part of adviceParts(server, step.value)) {
    text.push(...part);
    await breathe();
  }
  return Buffer.from(`${escapedJson({ ...adviceJson(server, step.value), text })}\n`);
}

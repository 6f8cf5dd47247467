import { adviceFrom } from "../advise/advice.ts";
import { adviceJson, type AdviceJson } from "./advice-json.ts";
import { adviceLines } from "./advice-text.ts";
import { askedServer, type Refused } from "./asked-server.ts";
import type { View } from "./view.ts";

/** The answer as JSON, or what is wrong with the question. */
export type Advised = { readonly json: AdviceJson & { readonly text: readonly string[] } } | Refused;

/** Answers `?server=NAME` from what the looks of this process showed; nothing is asked of PostgreSQL. One server at a time, which bounds the work. */
export function adviceRequest({ servers }: Pick<View, "servers">, parameters: URLSearchParams): Advised {
  const found = askedServer(servers, parameters.get("server"));
  if ("problem" in found) return found;
  const { server, history } = found;
  const advice = adviceFrom(history);
  return { json: { ...adviceJson(server, advice), text: adviceLines(server, advice) } };
}

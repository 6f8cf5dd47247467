import { escapedJson } from "../printable.ts";
import { refusal, type Answer } from "./answer.ts";
import type { ApiAnswer, Content, PageAnswer } from "./content.ts";

/** The line of a request: `GET` and `/api/v1/explain?pid=7`. */
export type RequestLine = { readonly method: string; readonly target: string };

type Reader = (parameters: URLSearchParams) => Answer | Promise<Answer>;

const html = "text/html; charset=utf-8";
const json = "application/json; charset=utf-8";

/** Answers a request by its path and method. A path is compared as it is: nothing in it is decoded or resolved. */
export async function route(content: Content, { method, target }: RequestLine): Promise<Answer> {
  const [path = "/", query] = target.replace(/#.*$/s, "").split(/\?(.*)/s);
  if (path === "/-/reload") return reload(content, method);
  const read = readerOf(content, path);
  if (read === undefined) return refusal(404, "not found");
  if (method !== "GET" && method !== "HEAD")
    return refusal(405, "expected GET or HEAD", { Allow: "GET, HEAD" });
  return read(new URLSearchParams(query));
}

function readerOf(content: Content, path: string): Reader | undefined {
  const { suspects, explain, advice, metricsPath, metricsContentType } = content;
  if (path === metricsPath) return async () => page(metricsContentType, await content.metricsPage());
  switch (path) {
    case "/":
      return (parameters) => page(html, content.landingPage(parameters));
    case "/-/healthy":
      return () => ({ status: 200, body: "pgleash is healthy.\n" });
    case "/-/ready":
      return () => ready(content.unready());
    case "/api/v1/suspects":
      return suspects && (() => page(json, suspects()));
    case "/api/v1/explain":
      return explain && ((parameters) => api(explain(parameters)));
    case "/api/v1/advice":
      return advice && (async (parameters) => written(await advice(parameters)));
    default:
      return undefined;
  }
}

function page(type: string, body: Buffer): Answer {
  return { status: 200, type, body };
}

function api(answered: ApiAnswer): Answer {
  if ("problem" in answered) return refusal(answered.status, answered.problem);
  return { status: 200, type: json, body: `${escapedJson(answered.json)}\n` };
}

function ready(unready: string | null): Answer {
  return unready === null ? { status: 200, body: "pgleash is ready.\n" } : refusal(503, unready);
}

function written(answered: PageAnswer): Answer {
  return "problem" in answered ? refusal(answered.status, answered.problem) : page(json, answered.page);
}

async function reload(content: Content, method: string): Promise<Answer> {
  if (content.reload === undefined)
    return refusal(403, "reloading over the web is off: start with --web.enable-lifecycle, or send SIGHUP");
  if (method !== "POST" && method !== "PUT")
    return refusal(405, "expected POST or PUT", { Allow: "POST, PUT" });
  const problems = await content.reload();
  return problems.length === 0 ? { status: 200, body: "reloaded\n" } : refusal(500, problems.join("\n"));
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { escapedJson } from "../printable.ts";

export type { Server } from "node:http";

/** A value to be sent as JSON, or what is wrong with the question. */
export type ApiAnswer = { readonly json: unknown } | { readonly status: number; readonly problem: string };

/** What the web server serves. It knows nothing of PostgreSQL: a scrape never queries. */
export type Content = {
  readonly metricsPath: string;
  readonly metricsContentType: string;
  metricsPage(): Promise<string>;
  landingPage(): string;
  /** `undefined`: the API is turned off. */
  readonly suspects: (() => unknown) | undefined;
  /** Answers a question about one session; turned off with the API. */
  readonly explain: ((parameters: URLSearchParams) => ApiAnswer) | undefined;
  /** Why the process is not ready, or `null`. */
  unready(): string | null;
  /** `undefined`: reloading over the web is turned off. Answers with what is wrong, or nothing. */
  readonly reload: (() => Promise<readonly string[]>) | undefined;
  /** Told of what went wrong in here; the client learns no more than that something did. */
  onError(error: unknown): void;
};

type Answer = {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
  readonly allow?: string;
};

/** A request that dawdles longer than this is dropped. */
const REQUEST_TIMEOUT_MS = 10_000;

const html = "text/html; charset=utf-8";
const json = "application/json; charset=utf-8";

/** Every page is self-contained; nothing in it may load or run anything else. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** An HTTP server that is not listening yet. */
export function createWebServer(content: Content): Server {
  const options = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    maxHeaderSize: 16_384,
  };
  return createServer(options, (request, response) => {
    answer(content, request).then(
      (reply) => send(request, response, reply),
      (error: unknown) => {
        content.onError(error);
        send(request, response, { status: 500, body: "internal error\n" });
      },
    );
  });
}

async function answer(content: Content, request: IncomingMessage): Promise<Answer> {
  const [path = "/", query] = (request.url ?? "/").replace(/#.*$/s, "").split(/\?(.*)/s);
  if (path === "/-/reload") return reload(content, request);
  const read = readers(content, new URLSearchParams(query)).get(path);
  if (read === undefined) return { status: 404, body: "not found\n" };
  const isRead = request.method === "GET" || request.method === "HEAD";
  return isRead ? read() : { status: 405, allow: "GET, HEAD", body: "expected GET or HEAD\n" };
}

function readers(
  content: Content,
  parameters: URLSearchParams,
): ReadonlyMap<string, () => Answer | Promise<Answer>> {
  const { suspects, explain, metricsPath, metricsContentType } = content;
  const routes: [string, () => Answer | Promise<Answer>][] = [
    ["/", () => ({ status: 200, type: html, body: content.landingPage() })],
    ["/-/healthy", () => ({ status: 200, body: "pgleash is healthy.\n" })],
    ["/-/ready", () => ready(content.unready())],
    [metricsPath, async () => ({ status: 200, type: metricsContentType, body: await content.metricsPage() })],
  ];
  if (suspects !== undefined) routes.push(["/api/v1/suspects", () => api({ json: suspects() })]);
  if (explain !== undefined) routes.push(["/api/v1/explain", () => api(explain(parameters))]);
  return new Map(routes);
}

function api(answered: ApiAnswer): Answer {
  if ("problem" in answered) return { status: answered.status, body: `${answered.problem}\n` };
  return { status: 200, type: json, body: `${escapedJson(answered.json)}\n` };
}

function ready(unready: string | null): Answer {
  return unready === null
    ? { status: 200, body: "pgleash is ready.\n" }
    : { status: 503, body: `${unready}\n` };
}

async function reload(content: Content, request: IncomingMessage): Promise<Answer> {
  if (content.reload === undefined)
    return {
      status: 403,
      body: "reloading over the web is off: start with --web.enable-lifecycle, or send SIGHUP\n",
    };
  if (request.method !== "POST" && request.method !== "PUT")
    return { status: 405, allow: "POST, PUT", body: "expected POST or PUT\n" };
  const problems = await content.reload();
  return problems.length === 0
    ? { status: 200, body: "reloaded\n" }
    : { status: 500, body: `not reloaded, the last good configuration stays:\n${problems.join("\n")}\n` };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, allow }: Answer,
): void {
  response.writeHead(status, {
    "Content-Type": type ?? "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": contentSecurityPolicy,
    ...(allow === undefined ? {} : { Allow: allow }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

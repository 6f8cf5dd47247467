/** A value to be sent as JSON, or what is wrong with the question. */
export type ApiAnswer = { readonly json: unknown } | { readonly status: number; readonly problem: string };

/** The same, written already. */
export type PageAnswer = { readonly page: Buffer } | Exclude<ApiAnswer, { readonly json: unknown }>;

/** What the web server serves. It knows nothing of PostgreSQL: a scrape never queries. */
export type Content = {
  readonly metricsPath: string;
  readonly metricsContentType: string;
  /** Pages come as bytes, the same ones until they change. */
  metricsPage(): Promise<Buffer>;
  /** Told of the parameters in its address. */
  landingPage(parameters: URLSearchParams): Buffer;
  /** Its style, as a source of a Content-Security-Policy: all that a page may use beside its text. */
  readonly styleSource: string;
  /** The suspects as JSON text; `undefined`: the API is turned off. */
  readonly suspects: (() => Buffer) | undefined;
  /** Answers a question about one session; turned off with the API. */
  readonly explain: ((parameters: URLSearchParams) => ApiAnswer) | undefined;
  /** Answers which settings fit the traffic of one server; turned off with the API. */
  readonly advice: ((parameters: URLSearchParams) => Promise<PageAnswer>) | undefined;
  /** Why the process is not ready, or `null`. */
  unready(): string | null;
  /** `undefined`: reloading over the web is turned off. Answers with what was not reloaded and why, in lines, or nothing. */
  readonly reload: (() => Promise<readonly string[]>) | undefined;
  /** Told of what went wrong in here; the client learns no more than that something did. */
  onError(error: unknown): void;
};

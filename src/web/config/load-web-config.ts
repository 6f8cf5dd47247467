import { dirname, resolve } from "node:path";

import { readDocument, type ConfigDocument } from "../../config/document.ts";
import { explainIssue } from "../../config/explain-issue.ts";
import { formatIssue, formatPath, type Mistake } from "../../config/issue.ts";
import { readDigested, type FileContent } from "./digested-file.ts";
import { readTls } from "./read-tls.ts";
import type { WebConfig } from "./web-config.ts";
import { webFileSchema, type WebFile } from "./web-file-schema.ts";

/** The files that were read, by path, with a digest of what they held. */
export type Digests = ReadonlyMap<string, string>;

/** A web configuration, or what is wrong with it, one line each; and what it was read from. */
export type LoadedWebConfig = { readonly digests: Digests } & (
  | { readonly config: WebConfig }
  | { readonly problems: readonly string[] }
);

/** Reads a web configuration file and the files that it names, which are relative to its folder. */
export async function loadWebConfig(path: string): Promise<LoadedWebConfig> {
  const digests = new Map<string, string>();
  const read = async (name: string): Promise<FileContent> => {
    const file = resolve(dirname(path), name);
    const { content, digest } = await readDigested(file);
    digests.set(file, digest);
    return content;
  };
  const content = await read(resolve(path));
  if ("failure" in content) {
    const failure = { expected: "a file that can be read", got: content.failure, hint: undefined };
    return {
      digests,
      problems: [formatIssue({ source: path, position: undefined, path: "", ...failure })],
    };
  }
  const document = readDocument(content.text);
  const result = await parse(document, read);
  if ("config" in result) return { digests, config: result.config };
  return { digests, problems: [...problemsOf(path, document, result.mistakes)] };
}

type Parsed = { readonly config: WebConfig } | { readonly mistakes: readonly Mistake[] };

async function parse(
  document: ConfigDocument,
  read: (path: string) => Promise<FileContent>,
): Promise<Parsed> {
  if (document.mistakes.length > 0) return { mistakes: [] };
  const checked = webFileSchema.safeParse(document.value ?? {}, { reportInput: true });
  if (!checked.success) return { mistakes: checked.error.issues.flatMap(explainIssue) };
  const file = checked.data;
  const tls = await readTls(file.tls_server_config, read);
  const mistakes = ["mistakes" in tls ? tls.mistakes : [], rateLimitMistakes(file)].flat();
  if ("mistakes" in tls || mistakes.length > 0) return { mistakes };
  return {
    config: {
      tls: tls.tls,
      users: file.basic_auth_users ?? new Map(),
      headers: headersOf(file),
      rateLimit: rateLimitOf(file),
      isHttp2Wanted: file.http_server_config?.http2 === true,
    },
  };
}

function headersOf({ http_server_config: http }: WebFile): WebConfig["headers"] {
  const given = Object.entries(http?.headers ?? {});
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** As with exporter-toolkit, an interval of 0 is no limit. */
function rateLimitOf({ rate_limit: limit }: WebFile): WebConfig["rateLimit"] {
  const intervalSeconds = limit?.interval ?? 0;
  return intervalSeconds > 0 ? { intervalSeconds, burst: limit?.burst ?? 0 } : null;
}

function rateLimitMistakes(file: WebFile): readonly Mistake[] {
  if (rateLimitOf(file)?.burst !== 0) return [];
  const path = ["rate_limit", "burst"];
  return [
    {
      path,
      at: "value",
      expected: "at least 1",
      got: "0",
      hint: "no request would ever be let through",
    },
  ];
}

/** One line for each mistake, in the order of the file. */
function problemsOf(
  source: string,
  document: ConfigDocument,
  mistakes: readonly Mistake[],
): readonly string[] {
  const located = mistakes.map(({ path, at, expected, got, hint }) => {
    return { position: document.positionOf(path, at), path: formatPath(path), expected, got, hint };
  });
  return [...document.mistakes, ...located]
    .toSorted((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0))
    .map((issue) => formatIssue({ source, ...issue }));
}

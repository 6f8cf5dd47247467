import { anonymousClient, type HttpClient } from "../web/client/http-client.ts";
import { UsageError } from "./command.ts";

/** As whom to ask, by `--http.config.file`, or what is wrong with that file. */
export async function httpClientOf(
  file: string | undefined,
): Promise<{ readonly client: HttpClient } | { readonly problems: readonly string[] }> {
  if (file === undefined) return { client: anonymousClient };
  if (file === "") throw new UsageError("--http.config.file: expected a path, got nothing");
  // Loaded when needed: a healthcheck without a file must not pay for reading YAML.
  const { loadHttpClient } = await import("../web/client/load-http-client.ts");
  return await loadHttpClient(file);
}

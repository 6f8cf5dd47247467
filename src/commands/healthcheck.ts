import { exitCodes, type Command } from "./command.ts";
import { defaultListenAddress, parseListenAddress } from "./listen-address.ts";
import { parseWords } from "./parse-words.ts";

const DEADLINE_MS = 3000;

/** Asks a running pgleash whether it is healthy: for a container's HEALTHCHECK, where there is no curl. */
export const healthcheck: Command = {
  help: `Usage: pgleash healthcheck [--web.listen-address=ADDRESS]

Asks the pgleash that listens there whether it is healthy. Exits with 1 when it is not, or does not answer.

  --web.listen-address=ADDRESS  what pgleash serve was started with (${defaultListenAddress})
`,
  async run(runtime, words) {
    const { values } = parseWords(
      words,
      { "web.listen-address": { type: "string", default: defaultListenAddress } },
      0,
    );
    const { host, port } = parseListenAddress(values["web.listen-address"]);
    const name =
      host === undefined || host === "0.0.0.0" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
    try {
      const response = await fetch(`http://${name}:${port}/-/healthy`, {
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      if (response.ok) return exitCodes.ok;
      runtime.writeError(`pgleash: ${name}:${port} answers ${response.status}\n`);
    } catch (error) {
      runtime.writeError(`pgleash: no answer from ${name}:${port}: ${reasonOf(error)}\n`);
    }
    return exitCodes.failed;
  },
};

/** fetch says only that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return reason instanceof Error ? reason.message : String(reason);
}

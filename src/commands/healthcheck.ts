import { exitCodes, type Command } from "./command.ts";
import { defaultListenAddress, parseListenAddress } from "./listen-address.ts";
import { httpClientOf } from "./http-client-of.ts";
import { parseWords } from "./parse-words.ts";
import { reasonOf } from "./reason-of.ts";
import { askHealth } from "../web/ask-health.ts";
import { certificateAdvice } from "../web/no-answer-advice.ts";

const flags = {
  "web.listen-address": { type: "string", default: defaultListenAddress },
  "http.config.file": { type: "string" },
} as const;

const DEADLINE_MS = 3000;

/** Asks a running pgleash whether it is healthy: for a container's HEALTHCHECK, where there is no curl. */
export const healthcheck: Command = {
  help: `Usage: pgleash healthcheck [--web.listen-address=ADDRESS] [--http.config.file=FILE]

Examples:
  pgleash healthcheck
  pgleash healthcheck --web.listen-address=127.0.0.1:19187

Asks the pgleash that listens there whether it is healthy, with TLS or without. Exits with 1 when it is not, does not
answer, or is no pgleash. One that asks for a password is healthy. One that demands a client certificate gets that of
--http.config.file.

  --web.listen-address=ADDRESS  what pgleash serve was started with (${defaultListenAddress})
  --http.config.file=FILE       a client certificate, in the format that promtool reads; nothing else of it is used
`,
  async run(runtime, words) {
    const { values } = parseWords(words, flags, 0);
    const { host: given, port } = parseListenAddress(values["web.listen-address"]);
    const host = given === undefined || given === "0.0.0.0" ? "127.0.0.1" : given;
    const name = host.includes(":") ? `[${host}]` : host;
    const read = await httpClientOf(values["http.config.file"]);
    if ("problems" in read) {
      runtime.writeError(`${read.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    const { certificate } = read.client;
    try {
      const { status, isHealthy } = await askHealth({ host, port, certificate, deadlineMs: DEADLINE_MS });
      if (isHealthy) return exitCodes.ok;
      const but = atWork.has(status) ? ", but not as a pgleash does" : "";
      runtime.writeError(`pgleash: ${name}:${port} answers ${status}${but}\n`);
    } catch (error) {
      const advice = certificate === null ? certificateAdvice(error) : null;
      const why = [reasonOf(error), ...(advice === null ? [] : [advice])].join(": ");
      runtime.writeError(`pgleash: no answer from ${name}:${port}: ${why}\n`);
    }
    return exitCodes.failed;
  },
};

/** What a pgleash that is at work may answer. */
const atWork: ReadonlySet<number> = new Set([200, 401, 429]);

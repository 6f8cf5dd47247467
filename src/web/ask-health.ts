import { get, type IncomingMessage } from "node:http";
import { get as getEncrypted } from "node:https";

import { isPlain } from "./no-answer-advice.ts";

export type HealthQuestion = {
  readonly host: string;
  readonly port: number;
  /** What to show whoever demands a certificate, in PEM. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
  readonly deadlineMs: number;
};

/** What whoever listens there answered. */
export type HealthAnswer = {
  readonly status: number;
  /** Whether these are words of a pgleash that is at work. */
  readonly isHealthy: boolean;
};

/**
 * Asks whoever listens there for `/-/healthy`, over TLS where an unencrypted question is not answered. The server's certificate is
 * not checked: nothing secret is said, and whether a pgleash is at work is all that is asked.
 */
export async function askHealth(question: HealthQuestion): Promise<HealthAnswer> {
  const { host, port, certificate, deadlineMs } = question;
  const signal = AbortSignal.timeout(deadlineMs);
  const options = { host, port, path: "/-/healthy", agent: false, signal };
  try {
    return await answerTo((answered, failed) => get(options, answered).on("error", failed));
  } catch (error) {
    const isHungUp = error instanceof Error && "code" in error && error.code === "ECONNRESET";
    if (!isHungUp) throw signal.aborted ? signal.reason : error;
    const encrypted = { ...options, ...certificate, rejectUnauthorized: false };
    return await answerTo((answered, failed) => getEncrypted(encrypted, answered).on("error", failed)).catch(
      (reason: unknown) => {
        if (signal.aborted) throw signal.reason;
        throw isPlain(reason) ? error : reason;
      },
    );
  }
}

type Asking = (answered: (response: IncomingMessage) => void, failed: (error: Error) => void) => unknown;

async function answerTo(ask: Asking): Promise<HealthAnswer> {
  const response = await new Promise<IncomingMessage>(ask);
  response.setEncoding("utf8");
  let text = "";
  for await (const part of response) {
    text += String(part);
    // Whatever it is, it is none of ours.
    if (text.length > LONGEST_ANSWER) break;
  }
  const status = response.statusCode ?? 0;
  return { status, isHealthy: isOurs(status, text, response.headers["www-authenticate"]) };
}

const LONGEST_ANSWER = 1000;

/** Whoever asks for a password, or for patience, is at work. */
function isOurs(status: number, text: string, challenge = ""): boolean {
  if (status === 401) return challenge.includes('realm="pgleash"');
  return text === (status === 200 ? "pgleash is healthy.\n" : status === 429 ? "too many requests\n" : null);
}

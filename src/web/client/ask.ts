import { get, type IncomingMessage } from "node:http";
import { get as getEncrypted } from "node:https";

import type { HttpClient } from "./http-client.ts";

/** The status and the text of an answer. */
export type Answered = { readonly status: number; readonly text: string };

/** Far more than any answer of ours has. */
const MOST_MIB = 4;

/**
 * Asks for a page, as whom the client says. No redirection is followed: it could lead the password elsewhere. Throws what
 * kept the answer away, a `TimeoutError` after so many milliseconds. One that is too long is hung up on.
 */
export async function ask(
  url: URL,
  client: HttpClient,
  { deadlineMs }: { readonly deadlineMs: number },
): Promise<Answered> {
  const signal = AbortSignal.timeout(deadlineMs);
  const { credentials } = client;
  const auth = credentials && `${credentials.username}:${credentials.password}`;
  const options = { agent: false, signal, ...(auth !== null && { auth }) };
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked =
        url.protocol === "https:"
          ? getEncrypted(url, { ...options, ...securityOf(client) }, resolve)
          : get(url, options, resolve);
      asked.once("error", reject);
    });
    return { status: response.statusCode ?? 0, text: await textOf(response) };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  let bytes = 0;
  for await (const part of response) {
    text += String(part);
    bytes += Buffer.byteLength(String(part));
    if (bytes > MOST_MIB * 1024 * 1024) throw new Error(`the answer is longer than ${MOST_MIB} MiB`);
  }
  return text;
}

function securityOf({ authorities, certificate, serverName, isVerifying }: HttpClient): object {
  return {
    ...(authorities !== null && { ca: authorities }),
    ...certificate,
    ...(serverName !== null && { servername: serverName }),
    rejectUnauthorized: isVerifying,
  };
}

import { connect } from "node:tls";

/** How it was asked in vain. */
type Asked = {
  readonly url: URL;
  readonly hasCertificate: boolean;
  readonly deadlineMs: number;
};

/** What to do where no answer came, in words; `null` where the error says it all. */
export async function noAnswerAdvice(
  error: unknown,
  { url, hasCertificate, deadlineMs }: Asked,
): Promise<string | null> {
  const said = error instanceof Error ? `${codeOf(error)} ${error.message}` : "";
  if (url.protocol === "http:") {
    if (!/^ECONNRESET|^HPE_/u.test(said)) return null;
    return (await speaksTls(url, deadlineMs)) ? "it speaks TLS: write https://" : null;
  }
  if (isPlain(error)) return "it does not speak TLS: write http://";
  if (unknownAuthority.test(said)) return "name its authority as ca_file in --http.config.file";
  return hasCertificate ? null : certificateAdvice(error);
}

/** What to do where whoever speaks TLS hung up on a client without a certificate; `null` where it did not hang up. */
export function certificateAdvice(error: unknown): string | null {
  if (!(error instanceof Error) || !refusedClient.test(codeOf(error))) return null;
  return "it may demand a client certificate: name one in --http.config.file";
}

/** Whether TLS was begun with somebody who does not speak it. */
export function isPlain(error: unknown): boolean {
  return error instanceof Error && /wrong version number|packet length too long/iu.test(error.message);
}

/** Most of Node's codes for an authority that is not known, and no others of certificates. */
const unknownAuthority = /SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/u;

const refusedClient =
  /^(?:ECONNRESET|EPIPE|ERR_SSL_\w*(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE))$/u;

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

/** Shakes hands, and says nothing: so the certificate is not checked. */
function speaksTls({ hostname, port }: URL, deadlineMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replaceAll(/^\[|\]$/gu, "");
    const socket = connect({ host, port: Number(port || 80), rejectUnauthorized: false });
    const end = (isSpoken: boolean) => {
      socket.destroy();
      resolve(isSpoken);
    };
    socket.once("secureConnect", () => end(true));
    // With TLS 1.2 a server that misses a certificate says so before the end of the handshake.
    socket.on("error", (error) => end(/_ALERT_/u.test(codeOf(error))));
    socket.once("close", () => end(false));
    socket.setTimeout(deadlineMs, () => end(false));
  });
}

import { dirname, resolve } from "node:path";

import { readDocument, type ConfigDocument } from "../../config/document.ts";
import { explainIssue } from "../../config/explain-issue.ts";
import { formatIssue, formatPath, type Mistake } from "../../config/issue.ts";
import { readDigested } from "../config/digested-file.ts";
import { certificatesOf, firstCertificate, privateKeyOf } from "../config/pem.ts";
import type { HttpClient } from "./http-client.ts";
import { httpClientSchema, type HttpClientFile } from "./http-client-schema.ts";

/**
 * Reads a file of Prometheus' `--http.config.file`, and the files that it names, which are relative to its folder. What is
 * wrong with it is told in one line each; no password is repeated.
 */
export async function loadHttpClient(
  path: string,
): Promise<{ readonly client: HttpClient } | { readonly problems: readonly string[] }> {
  const { content } = await readDigested(path);
  if ("failure" in content)
    return { problems: [`${path}: expected a file that can be read, got ${content.failure}`] };
  const document = readDocument(content.text);
  const refused = (mistakes: readonly Mistake[]) => ({ problems: problemsOf(path, document, mistakes) });
  if (document.mistakes.length > 0) return refused([]);
  const checked = httpClientSchema.safeParse(document.value ?? {}, { reportInput: true });
  if (!checked.success) return refused(checked.error.issues.flatMap(explainIssue));
  const read = await readNamed(checked.data, dirname(resolve(path)));
  return "mistakes" in read ? refused(read.mistakes) : read;
}

type Section = "basic_auth" | "tls_config";

/** What a key of the file has against it. */
function mistakeAt(section: Section, key: string, told: Pick<Mistake, "expected" | "got">): Mistake {
  return { path: [section, key], at: "value", hint: undefined, ...told };
}

async function readNamed(
  { basic_auth: auth, tls_config: tls }: HttpClientFile,
  folder: string,
): Promise<{ readonly client: HttpClient } | { readonly mistakes: readonly Mistake[] }> {
  const mistakes: Mistake[] = [];
  const read = async (section: Section, key: string, name: string | undefined): Promise<string | null> => {
    if (name === undefined) return null;
    const { content } = await readDigested(resolve(folder, name));
    if ("text" in content) return content.text;
    mistakes.push(mistakeAt(section, key, { expected: "a file that can be read", got: content.failure }));
    return null;
  };
  const password = await read("basic_auth", "password_file", auth?.password_file);
  const authorities = await read("tls_config", "ca_file", tls?.ca_file);
  const cert = await read("tls_config", "cert_file", tls?.cert_file);
  const key = await read("tls_config", "key_file", tls?.key_file);
  if (mistakes.length === 0) mistakes.push(...givenMistakes(auth, { authorities, cert, key }));
  if (mistakes.length > 0) return { mistakes };
  return {
    client: {
      credentials: auth
        ? { username: auth.username, password: password?.trim() ?? auth.password ?? "" }
        : null,
      authorities,
      certificate: cert !== null && key !== null ? { cert, key } : null,
      serverName: tls?.server_name ?? null,
      isVerifying: !(tls?.insecure_skip_verify ?? false),
    },
  };
}

type Pems = Readonly<Record<"authorities" | "cert" | "key", string | null>>;

/** What is wrong with it once its files are read. */
function givenMistakes(
  auth: HttpClientFile["basic_auth"],
  { authorities, cert, key }: Pems,
): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const refuse = (section: Section, name: string, expected: string, got: string): void =>
    void mistakes.push(mistakeAt(section, name, { expected, got }));
  if (auth?.password !== undefined && auth.password_file !== undefined)
    refuse("basic_auth", "password_file", "password or password_file", "both");
  if (authorities !== null && certificatesOf(authorities).length === 0)
    refuse("tls_config", "ca_file", "certificates in PEM", "none");
  const certificate = cert === null ? undefined : firstCertificate(cert);
  if (cert !== null && certificate === undefined)
    refuse("tls_config", "cert_file", "a certificate in PEM", "none");
  const privateKey = key === null ? undefined : privateKeyOf(key);
  if (privateKey === "encrypted" || privateKey === "none")
    refuse("tls_config", "key_file", "an unencrypted private key in PEM", privateKey);
  else if (certificate !== undefined && privateKey !== undefined && !certificate.checkPrivateKey(privateKey))
    refuse("tls_config", "key_file", "the private key of the first certificate", "another key");
  if ((cert === null) !== (key === null))
    refuse("tls_config", cert === null ? "key_file" : "cert_file", "cert_file and key_file", "one of them");
  return mistakes;
}

function problemsOf(
  source: string,
  document: ConfigDocument,
  mistakes: readonly Mistake[],
): readonly string[] {
  const located = mistakes.map(({ path, at, ...told }) => {
    return { ...told, position: document.positionOf(path, at), path: formatPath(path) };
  });
  return [...document.mistakes, ...located].map((issue) => formatIssue({ source, ...issue }));
}

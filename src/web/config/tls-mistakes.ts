import type { Mistake } from "../../config/issue.ts";
import { certificatesOf, firstCertificate, privateKeyOf } from "./pem.ts";
import type { FileContent } from "./digested-file.ts";
import type { ClientAuthType } from "./web-config.ts";
import type { TlsSection } from "./web-file-schema.ts";

/** A PEM text, and the key of the file that gives or names it. */
export type Pem = { readonly key: string; readonly content: FileContent };

/** What a section of the file gives or names; `undefined` for what it does not. */
export type Pems = Readonly<Record<"certificate" | "privateKey" | "clientAuthority", Pem | undefined>>;

type Told = Pick<Mistake, "expected" | "got"> & { readonly hint?: string };

/** What is wrong with a TLS section once its files are read. */
export function tlsMistakes(
  section: TlsSection,
  pems: Pems,
  clientAuthType: ClientAuthType,
): readonly Mistake[] {
  const { certificate, privateKey, clientAuthority } = pems;
  const mistakes = [
    certificate === undefined
      ? missing("cert_file", "a certificate")
      : mistakeIn(certificate, "a certificate in PEM", certificateMistake),
    privateKey === undefined
      ? missing("key_file", "a private key")
      : mistakeIn(privateKey, "an unencrypted private key in PEM", keyMistake),
    clientAuthority && mistakeIn(clientAuthority, "certificates in PEM", () => undefined),
    clientAuthority && clientAuthType === "NoClientCert"
      ? mistake(clientAuthority.key, {
          expected: "client_auth_type beside it",
          got: "NoClientCert",
          hint: "RequireAndVerifyClientCert admits only clients with a certificate of this authority",
        })
      : undefined,
    sansMistake(section, clientAuthType),
  ].filter((found) => found !== undefined);
  return mistakes.length > 0 ? mistakes : pairMistake(certificate, privateKey);
}

function missing(key: string, what: string): Mistake {
  return {
    path: ["tls_server_config"],
    at: "key",
    expected: `${what}: ${key}, or ${key.replace("_file", "")} with the PEM text itself`,
    got: "nothing",
    hint: undefined,
  };
}

function mistake(key: string, { expected, got, hint }: Told): Mistake {
  return { path: ["tls_server_config", key], at: "value", expected, got, hint };
}

function mistakeIn(
  { key, content }: Pem,
  expected: string,
  check: (text: string) => string | undefined,
): Mistake | undefined {
  if ("failure" in content)
    return mistake(key, { expected: "a file that can be read", got: content.failure });
  const got = check(content.text);
  return got === undefined ? undefined : mistake(key, { expected, got });
}

function certificateMistake(text: string): string | undefined {
  return firstCertificate(text) === undefined ? "none" : undefined;
}

function keyMistake(text: string): string | undefined {
  const key = privateKeyOf(text);
  if (key === "encrypted") return "one that is encrypted";
  return key === "none" ? "none" : undefined;
}

/** Names can only be looked for where a certificate must come. */
function sansMistake(
  { client_allowed_sans: sans }: TlsSection,
  clientAuthType: ClientAuthType,
): Mistake | undefined {
  const isRequired = /^Require(?:Any|AndVerify)ClientCert$/.test(clientAuthType);
  if (sans === undefined || sans === null || isRequired) return undefined;
  return mistake("client_allowed_sans", {
    expected: "client_auth_type RequireAndVerifyClientCert (or RequireAnyClientCert) beside it",
    got: clientAuthType,
  });
}

function pairMistake(certificate: Pem | undefined, privateKey: Pem | undefined): readonly Mistake[] {
  const first = certificate && firstCertificate(textOf(certificate));
  const key = privateKey && privateKeyOf(textOf(privateKey));
  if (first === undefined || key === undefined || typeof key === "string" || first.checkPrivateKey(key))
    return [];
  const told = { expected: "the private key of the first certificate", got: "another key" };
  return [mistake(privateKey?.key ?? "key_file", told)];
}

/** The text of what was read; empty for what was not. */
export function textOf({ content }: Pem): string {
  return "text" in content ? content.text : "";
}

/** Certificates of authorities; an empty list trusts nobody. */
export function authoritiesOf(pem: Pem): readonly string[] {
  return certificatesOf(textOf(pem)).map((certificate) => certificate.toString());
}

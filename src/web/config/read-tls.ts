import { createSecureContext, DEFAULT_CIPHERS, type SecureContextOptions } from "node:tls";

import type { Mistake } from "../../config/issue.ts";
import { opensslCiphers } from "./cipher-suites.ts";
import type { FileContent } from "./digested-file.ts";
import { authoritiesOf, textOf, tlsMistakes, type Pem, type Pems } from "./tls-mistakes.ts";
import type { ClientAuthType, TlsConfig } from "./web-config.ts";
import type { TlsSection } from "./web-file-schema.ts";

const protocols = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;

const curveNames = {
  CurveP256: "prime256v1",
  CurveP384: "secp384r1",
  CurveP521: "secp521r1",
  X25519: "X25519",
} as const;

/** What a TLS section comes to; `null` where it asks for none. */
export type ReadTls = { readonly tls: TlsConfig | null } | { readonly mistakes: readonly Mistake[] };

/** Checks a TLS section with the files that it names, which `read` reads. */
export async function readTls(
  section: TlsSection | null | undefined,
  read: (path: string) => Promise<FileContent>,
): Promise<ReadTls> {
  if (section === null || section === undefined || !isEnabled(section)) return { tls: null };
  const pems: Pems = {
    certificate: await pemOf(section, "cert", read),
    privateKey: await pemOf(section, "key", read),
    clientAuthority: await pemOf(section, "client_ca", read),
  };
  const clientAuthType = clientAuthTypeOf(section);
  const mistakes = tlsMistakes(section, pems, clientAuthType);
  if (mistakes.length > 0) return { mistakes };
  const context = contextOptions(section, pems);
  const refused = refusalOf(context);
  if (refused !== undefined) return { mistakes: [refused] };
  return { tls: { context, clientAuthType, clientAllowedSans: section.client_allowed_sans ?? null } };
}

/** As with exporter-toolkit, the file wins over the text. */
async function pemOf(
  section: TlsSection,
  name: "cert" | "key" | "client_ca",
  read: (path: string) => Promise<FileContent>,
): Promise<Pem | undefined> {
  const [path = "", text = ""] = [section[`${name}_file`], section[name]];
  if (path !== "") return { key: `${name}_file`, content: await read(path) };
  return text === "" ? undefined : { key: name, content: { text } };
}

/** Any of these keys asks for TLS; the others only say how. */
function isEnabled(section: TlsSection): boolean {
  const { cert, cert_file, key, key_file, client_ca, client_ca_file, client_auth_type } = section;
  const given = [cert, cert_file, key, key_file, client_ca, client_ca_file, client_auth_type];
  return given.some((value) => value !== undefined && value !== null && value !== "");
}

function clientAuthTypeOf({ client_auth_type: type }: TlsSection): ClientAuthType {
  if (type === undefined || type === null || type === "") return "NoClientCert";
  return type === "RequireClientCert" ? "RequireAnyClientCert" : type;
}

function contextOptions(
  section: TlsSection,
  { certificate, privateKey, clientAuthority }: Pems,
): SecureContextOptions {
  const minVersion = section.min_version ?? "TLS12";
  const suites = section.cipher_suites ?? [];
  const curves = section.curve_preferences ?? [];
  const ciphers = suites.length > 0 ? opensslCiphers(suites) : DEFAULT_CIPHERS;
  // OpenSSL speaks these two at its lowest level of security only: their signatures are SHA-1.
  const isOld = minVersion === "TLS10" || minVersion === "TLS11";
  return {
    ...(certificate && { cert: textOf(certificate) }),
    ...(privateKey && { key: textOf(privateKey) }),
    ...(clientAuthority && { ca: [...authoritiesOf(clientAuthority)] }),
    minVersion: protocols[minVersion],
    maxVersion: protocols[section.max_version ?? "TLS13"],
    ciphers: isOld ? `${ciphers}:@SECLEVEL=0` : ciphers,
    ...(curves.length > 0 && { ecdhCurve: curves.map((curve) => curveNames[curve]).join(":") }),
    honorCipherOrder: section.prefer_server_cipher_suites ?? true,
  };
}

/** What else OpenSSL has against it. */
function refusalOf(context: SecureContextOptions): Mistake | undefined {
  try {
    createSecureContext(context);
    return undefined;
  } catch (error) {
    const got = error instanceof Error && "code" in error ? String(error.code) : "an error";
    return {
      path: ["tls_server_config"],
      at: "key",
      expected: "what OpenSSL can use",
      got,
      hint: undefined,
    };
  }
}

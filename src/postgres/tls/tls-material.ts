import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { readSecret, type SecretUse } from "../secrets/read-secret.ts";
import type { TlsSettings } from "../settings.ts";
import { pemBlocks } from "../../pem-blocks.ts";
import { readSharedFile } from "../../shared-file.ts";
import { FileFailure } from "../../small-file.ts";
import { systemAuthorities } from "./system-authorities.ts";

/** A bundle of all public authorities weighs a quarter of a megabyte; lists of revoked certificates can weigh more. */
const LARGEST_BYTES = 16 * 1024 * 1024;

/** What a handshake needs. `isChecked`: whether the server's certificate must be signed by an authority that we know. */
export type TlsMaterial = { readonly secureContext: SecureContext; readonly isChecked: boolean };

/** Reads all files of TLS anew, so that a renewed certificate holds at once. Throws a `FileFailure` or a `PostgresFailure`. */
export async function readTlsMaterial(tls: TlsSettings, key: SecretUse["key"]): Promise<TlsMaterial> {
  const authorities = await readAuthorities(tls);
  const revoked = authorities === undefined ? {} : await readRevoked(tls);
  const client = await readClientCertificate(tls, key);
  const options: SecureContextOptions = {
    ...(authorities === undefined ? {} : { ca: [...authorities] }),
    ...revoked,
    ...client,
    ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
  };
  try {
    return { secureContext: createSecureContext(options), isChecked: authorities !== undefined };
  } catch (error) {
    throw toFileFailure(error, tls);
  }
}

/** `undefined` where any certificate will do. A root certificate is checked in every mode, as libpq does it. */
async function readAuthorities({
  mode,
  rootCertificate,
}: TlsSettings): Promise<readonly (string | Buffer)[] | undefined> {
  if (rootCertificate === undefined)
    return mode === "verify-ca" || mode === "verify-full" ? await systemAuthorities() : undefined;
  const bytes = await readPem(rootCertificate, "CERTIFICATE", mode);
  return bytes === undefined ? undefined : [bytes];
}

/** Node reads only the first list of a text, and a file holds one for each authority. */
async function readRevoked({ revocationList }: TlsSettings): Promise<SecureContextOptions> {
  if (revocationList === undefined) return {};
  const text = (await readPem(revocationList, "X509 CRL"))?.toString("latin1") ?? "";
  const lists = pemBlocks(text, "X509 CRL");
  // Without any, nothing would be checked.
  if (lists.length > 0) return { crl: [...lists] };
  throw new FileFailure(revocationList, "it holds no whole revocation list (PEM)");
}

async function readClientCertificate(
  { certificate, key: keyPath, keyPassword, mode }: TlsSettings,
  key: SecretUse["key"],
): Promise<SecureContextOptions> {
  if (certificate === undefined) return {};
  const cert = await readPem(certificate, "CERTIFICATE", mode);
  if (cert === undefined) return {};
  if (keyPath === undefined) throw new FileFailure(certificate, "its key is missing: name it in sslkey");
  const { bytes, stats } = await readSharedFile(keyPath, LARGEST_BYTES);
  if (isOpenToOthers(stats))
    throw new FileFailure(keyPath, "others may use this key (chmod 0600; or 0640 where root owns it)");
  const passphrase = await readSecret(keyPassword, { keyword: "sslpassword", key });
  return { cert, key: bytes, ...(passphrase === undefined ? {} : { passphrase }) };
}

/** libpq's rule: nobody but the owner; a key that root owns may be read by its group. */
export function isOpenToOthers({ mode, uid }: { readonly mode: number; readonly uid: number }): boolean {
  return (mode & (uid === 0 ? 0o037 : 0o077)) !== 0;
}

/** With a mode that asks for TLS only where there is some, libpq does without a file that is not there. */
async function readPem(
  path: string,
  label: "CERTIFICATE" | "X509 CRL",
  mode?: TlsSettings["mode"],
): Promise<Buffer | undefined> {
  try {
    const { bytes } = await readSharedFile(path, LARGEST_BYTES);
    if (new RegExp(`-----BEGIN (?:TRUSTED |X509 )?${label}-----`, "u").test(bytes.toString("latin1")))
      return bytes;
    throw new FileFailure(
      path,
      `it holds no ${label === "CERTIFICATE" ? "certificate" : "revocation list"} (PEM)`,
    );
  } catch (error) {
    const isOptional = mode === "allow" || mode === "prefer";
    if (isOptional && error instanceof FileFailure && error.isAbsent) return undefined;
    throw error;
  }
}

/** OpenSSL does not name the file that it could not use. */
function toFileFailure(
  error: unknown,
  { certificate, key, keyPassword, revocationList }: TlsSettings,
): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [certificatePath, keyPath] = [certificate ?? "sslcert", key ?? "sslkey"];
  switch (code) {
    case "ERR_OSSL_BAD_DECRYPT":
    case "ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED":
      return new FileFailure(
        keyPath,
        keyPassword.type === "none"
          ? "the key is encrypted: give its password in sslpassword"
          : "sslpassword does not decrypt the key",
      );
    case "ERR_OSSL_X509_KEY_VALUES_MISMATCH":
    case "ERR_OSSL_X509_KEY_TYPE_MISMATCH":
      return new FileFailure(keyPath, `the key is not that of the certificate in ${certificatePath}`);
    case "ERR_OSSL_UNSUPPORTED":
    case "ERR_OSSL_PEM_NO_START_LINE":
      return new FileFailure(keyPath, "it holds no key that OpenSSL can read (PEM)");
    case "ERR_CRYPTO_OPERATION_FAILED":
      return new FileFailure(revocationList ?? "sslcrl", "it holds no revocation list that OpenSSL can read");
    default:
      return error;
  }
}

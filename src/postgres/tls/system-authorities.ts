import { rootCertificates } from "node:tls";
import { readSharedFile } from "../../shared-file.ts";
import { FileFailure } from "../../small-file.ts";

/** Where systems keep the authorities they trust: Debian, Red Hat, openSUSE, Alpine. */
const knownFiles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

const LARGEST_BYTES = 4 * 1024 * 1024;

/** The authorities that the system trusts, as PEM texts; those that Node brings along where it has none. */
export async function systemAuthorities(
  files: readonly string[] = knownFiles,
): Promise<readonly (string | Buffer)[]> {
  for (const path of files) {
    try {
      return [(await readSharedFile(path, LARGEST_BYTES)).bytes];
    } catch (error) {
      if (!(error instanceof FileFailure && error.isAbsent)) throw error;
    }
  }
  return rootCertificates;
}

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A certificate and its key, as PEM text, and the files they are in. The key is for its owner only. */
export type Certificate = {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
};

export type CertificateWishes = {
  /** The common name; `server` by default. */
  readonly commonName?: string;
  /** Encrypts the key. */
  readonly keyPassword?: string;
  /** Its days are over; by default it is good for a day. */
  readonly isExpired?: boolean;
};

/** An authority of our own that lives for a day. */
export type Authority = {
  readonly folder: string;
  /** Where its own certificate is, for `sslrootcert`. */
  readonly rootCert: string;
  /** Signs a certificate for these names: `DNS:db.example,IP:127.0.0.1`; for none, it has only a common name. */
  sign(names: string, wishes?: CertificateWishes): Promise<Certificate>;
  /** Revokes these, and returns the file of a new list of all that were. */
  revoke(...certificates: readonly Certificate[]): Promise<string>;
  remove(): Promise<void>;
};

const settings = `
[ca]
default_ca = test
[test]
database = index.txt
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
rand_serial = yes
default_md = sha256
default_days = 1
default_crl_days = 1
unique_subject = no
policy = any
copy_extensions = none
[any]
commonName = supplied
`;

/** Makes an authority with the `openssl` program, which must be installed. */
export async function createAuthority(name = "test"): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-tls-"));
  const openssl = (...words: readonly string[]) =>
    promisify(execFile)("openssl", [...words], { cwd: folder });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const files = ["-keyout", "ca.key", "-out", "ca.pem"];
  await openssl("req", "-x509", ...newKey, "-nodes", ...files, "-days", "1", "-subj", `/CN=${name}`);
  await writeFile(join(folder, "index.txt"), "");
  await writeFile(join(folder, "ca.conf"), settings);
  let made = 0;
  return {
    folder,
    rootCert: join(folder, "ca.pem"),
    async sign(names, { commonName = "server", keyPassword, isExpired = false } = {}) {
      const base = `made-${(made += 1)}`;
      const [keyFile, certFile] = [join(folder, `${base}.key`), join(folder, `${base}.pem`)];
      const secrecy = keyPassword === undefined ? ["-nodes"] : ["-passout", `pass:${keyPassword}`];
      const request = ["-keyout", keyFile, "-out", `${base}.csr`, "-subj", `/CN=${commonName}`];
      await openssl("req", ...newKey, ...secrecy, ...request);
      await writeFile(join(folder, `${base}.ext`), names === "" ? "" : `subjectAltName=${names}\n`);
      const days = isExpired ? ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"] : [];
      const signing = ["-config", "ca.conf", "-batch", "-notext", "-extfile", `${base}.ext`, ...days];
      await openssl("ca", ...signing, "-in", `${base}.csr`, "-out", certFile);
      const [key, cert] = [await readFile(keyFile, "utf8"), await readFile(certFile, "utf8")];
      return { key, cert, keyFile, certFile };
    },
    async revoke(...certificates) {
      for (const { certFile } of certificates) await openssl("ca", "-config", "ca.conf", "-revoke", certFile);
      const list = join(folder, `revoked-${(made += 1)}.pem`);
      await openssl("ca", "-config", "ca.conf", "-gencrl", "-out", list);
      return list;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

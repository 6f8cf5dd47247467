import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A server's certificate and its key, as PEM text. */
export type Certificate = { readonly key: string; readonly cert: string };

/** An authority of our own that lives for a day. */
export type Authority = {
  readonly folder: string;
  /** Where its own certificate is, for `sslrootcert`. */
  readonly rootCert: string;
  /** Signs a certificate for these names: `DNS:db.example,IP:127.0.0.1`. */
  sign(names: string): Promise<Certificate>;
  remove(): Promise<void>;
};

/** Makes an authority with the `openssl` program, which must be installed. */
export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-tls-"));
  const openssl = (...words: readonly string[]) =>
    promisify(execFile)("openssl", [...words], { cwd: folder });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "1",
    "-subj",
    "/CN=test",
  );
  let signed = 0;
  return {
    folder,
    rootCert: join(folder, "ca.pem"),
    async sign(names) {
      const name = `server-${(signed += 1)}`;
      await writeFile(join(folder, `${name}.ext`), `subjectAltName=${names}\n`);
      await openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", "/CN=server");
      const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
      const files = ["-in", `${name}.csr`, "-extfile", `${name}.ext`, "-out", `${name}.pem`];
      await openssl("x509", "-req", ...authority, ...files, "-days", "1");
      const read = (extension: string) => readFile(join(folder, `${name}.${extension}`), "utf8");
      return { key: await read("key"), cert: await read("pem") };
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

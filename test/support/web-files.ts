import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { createAuthority, type Authority, type Certificate } from "./certificates.ts";

/** `secret`, at the lowest cost and at the one after it. */
export const hashOfSecret = "$2b$04$jn2E9O5gHqU5I10fWknxSepidajhonQ6fyFRQpLT161vqaH6UJGp.";
export const dearerHashOfSecret = "$2b$05$SxoL1Muv0zpRjmiozXTmL.k/itl9RDhA.JfRGSsQY0U4xdXr8j0tS";
/** `other`, at the lowest cost. */
export const hashOfOther = "$2b$04$F0rphQKuoADh2K33T1.5aexvFwhU3YPoZleAR/nE9387UKM6YXRi.";

/** A folder with what web configuration files name. */
export type WebFolder = {
  readonly path: string;
  /** Who signed all of them. */
  readonly authority: Authority;
  readonly caCertificate: string;
  /** The certificate of a client, with names of all kinds. */
  readonly client: Certificate;
  /** Writes a file there, and returns where it is. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
};

/** A folder with `server.crt` and `server.key` for 127.0.0.1, the same of `other` and `client`, and `ca.crt`. */
export async function createWebFolder(): Promise<WebFolder> {
  const authority = await createAuthority();
  const path = authority.folder;
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(path, name), text);
    return join(path, name);
  };
  const place = async (name: string, names: string): Promise<Certificate> => {
    const certificate = await authority.sign(names);
    await write(`${name}.crt`, certificate.cert);
    await write(`${name}.key`, certificate.key);
    return certificate;
  };
  await place("server", "DNS:localhost,IP:127.0.0.1");
  await place("other", "DNS:other,IP:127.0.0.1");
  const client = await place(
    "client",
    "DNS:prometheus,URI:spiffe://example/prometheus,email:a@example.com,IP:127.0.0.9,IP:::9",
  );
  const encrypted = await authority.sign("DNS:other", { keyPassword: "secret" });
  await write("encrypted.key", encrypted.key);
  const caCertificate = await readFile(authority.rootCert, "utf8");
  await write("ca.crt", caCertificate);
  return { path, authority, caCertificate, client, write, remove: () => authority.remove() };
}

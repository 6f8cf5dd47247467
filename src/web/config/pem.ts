import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { pemBlocks } from "../../pem-blocks.ts";

/** The first certificate of a PEM text, or `undefined` when there is none. */
export function firstCertificate(text: string): X509Certificate | undefined {
  return certificatesOf(text)[0];
}

/** All certificates of a PEM text. What cannot be read is left out, as Go does. */
export function certificatesOf(text: string): readonly X509Certificate[] {
  return pemBlocks(text, "CERTIFICATE").flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return []; // left out
    }
  });
}

/** The private key of a PEM text, or what is there instead. */
export function privateKeyOf(text: string): KeyObject | "encrypted" | "none" {
  try {
    return createPrivateKey({ key: text, format: "pem" });
  } catch {
    const isEncrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text);
    return isEncrypted ? "encrypted" : "none";
  }
}

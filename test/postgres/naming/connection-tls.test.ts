import { describe, expect, test } from "vitest";

import type { ConnectionParts } from "../../../src/postgres/naming/connection-parts.ts";
import {
  completeConnection,
  type ConnectionResult,
} from "../../../src/postgres/naming/connection-settings.ts";
import type { Driver } from "../../../src/postgres/naming/connection-tls.ts";
import type { TlsSettings } from "../../../src/postgres/settings.ts";
import { anEnvironment, home } from "../../support/config-text.ts";

const folder = `${home}/.postgresql`;

/** The files that libpq would find by itself. */
const ownFiles = {
  [`${folder}/root.crt`]: "root",
  [`${folder}/root.crl`]: "list",
  [`${folder}/postgresql.crt`]: "certificate",
};

function complete(
  parts: ConnectionParts,
  files: Readonly<Record<string, string>> = {},
  driver: Driver = "libpq",
): ConnectionResult {
  return completeConnection({ parts, driver }, anEnvironment({}, files));
}

/** The TLS settings, which must come about. */
function tlsOf(...words: Parameters<typeof complete>): TlsSettings {
  const result = complete(...words);
  if ("settings" in result) return result.settings.tls;
  throw new Error(JSON.stringify(result.problems));
}

/** What is wrong, one line each. */
function problemsOf(...words: Parameters<typeof complete>): readonly string[] {
  const result = complete(...words);
  return "settings" in result
    ? []
    : result.problems.map(({ expected, got }) => `expected ${expected}, got ${got}`);
}

describe("the mode is as in libpq", () => {
  test.for([
    [{}, {}, "prefer", undefined],
    [{ sslmode: "disable" }, {}, "disable", undefined],
    [{ sslmode: "allow" }, {}, "allow", undefined],
    [{ sslmode: "require" }, {}, "require", undefined],
    [{ sslmode: "require", sslrootcert: "/ca" }, { "/ca": "" }, "verify-ca", "/ca"],
    [{ sslmode: "require", sslrootcert: "" }, ownFiles, "verify-ca", `${folder}/root.crt`],
    [{ sslmode: "prefer" }, ownFiles, "prefer", `${folder}/root.crt`],
    [{ sslmode: "prefer", sslrootcert: "/ca" }, { "/ca": "" }, "prefer", "/ca"],
    [{ sslmode: "verify-ca" }, ownFiles, "verify-ca", `${folder}/root.crt`],
    [{ sslmode: "verify-ca", sslrootcert: "/ca" }, ownFiles, "verify-ca", "/ca"],
    [{ sslmode: "verify-full" }, ownFiles, "verify-full", `${folder}/root.crt`],
    [{ sslrootcert: "system" }, ownFiles, "verify-full", undefined],
    [{ sslmode: "verify-full", sslrootcert: "system" }, {}, "verify-full", undefined],
    [{ host: "/tmp", sslmode: "verify-full" }, {}, "verify-full", undefined],
  ] as const)("%j", ([parts, files, mode, rootCertificate]) => {
    expect(tlsOf(parts, files)).toMatchObject({ mode, rootCertificate });
  });

  test.for([
    [
      { sslmode: "require", sslrootcert: "system" },
      "expected sslmode=verify-full with sslrootcert=system, got sslmode=require",
    ],
    [
      { host: "/tmp", sslmode: "prefer", sslrootcert: "system" },
      "expected sslmode=verify-full with sslrootcert=system, got sslmode=prefer",
    ],
    [
      { sslnegotiation: "direct" },
      "expected sslmode=require, verify-ca or verify-full with sslnegotiation=direct, got sslmode=prefer",
    ],
    [{ sslmode: "verify-ca" }, "expected a root certificate with sslmode=verify-ca, got none"],
    [{ sslmode: "verify-full" }, "expected a root certificate with sslmode=verify-full, got none"],
    [
      { host: "/tmp,h", sslmode: "verify-full" },
      "expected a root certificate with sslmode=verify-full, got none",
    ],
    [
      { host: "/tmp", hostaddr: "127.0.0.1", sslmode: "verify-full" },
      "expected a root certificate with sslmode=verify-full, got none",
    ],
    [
      { hostaddr: "127.0.0.1", sslrootcert: "system" },
      "expected host beside hostaddr with sslmode=verify-full, got none",
    ],
    [
      { host: "a,", hostaddr: "::1,::2", sslrootcert: "system" },
      "expected host beside hostaddr with sslmode=verify-full, got none",
    ],
  ] as const)("refused: %j", ([parts, told]) => {
    expect(problemsOf(parts)).toEqual([told]);
  });

  test("a file that is named must be there, where something is to be checked", () => {
    expect(tlsOf({ sslmode: "require", sslrootcert: "/gone" })).toMatchObject({
      mode: "verify-ca",
      rootCertificate: "/gone",
    });
    expect(tlsOf({ sslmode: "verify-full", sslrootcert: "/gone" })).toMatchObject({
      rootCertificate: "/gone",
    });
  });

  test("where nothing is to be checked for sure, a warning tells that it is not", () => {
    expect(complete({ sslmode: "prefer", sslrootcert: "/gone" })).toMatchObject({
      settings: { tls: { mode: "prefer", rootCertificate: "/gone" } },
      warnings: [
        { told: "the file of sslrootcert does not exist: with sslmode=prefer no certificate is checked" },
      ],
    });
  });
});

describe("the driver of postgres_exporter", () => {
  test("wants TLS by default", () => {
    expect(tlsOf({}, {}, "lib/pq").mode).toBe("require");
    expect(tlsOf({ sslmode: "disable" }, {}, "lib/pq").mode).toBe("disable");
    expect(tlsOf({}, ownFiles, "lib/pq").mode).toBe("verify-ca");
  });

  test("knows the authorities of the system, unless any of them could sign for any name", () => {
    expect(tlsOf({ sslmode: "verify-full" }, {}, "lib/pq")).toMatchObject({
      mode: "verify-full",
      rootCertificate: undefined,
    });
    expect(problemsOf({ sslmode: "verify-ca" }, {}, "lib/pq")).toHaveLength(1);
  });
});

function completeWith(
  variables: Readonly<Record<string, string>>,
  parts: ConnectionParts,
  driver: Driver = "libpq",
): ConnectionResult {
  return completeConnection({ parts, driver }, anEnvironment(variables, ownFiles));
}

describe("the variables of OpenSSL", () => {
  const variables = { SSL_CERT_FILE: "/bundle", SSL_CERT_DIR: "/certs" };

  test.for([
    [{ sslrootcert: "system" }, "libpq", "verify-full", "/bundle"],
    [{ sslmode: "verify-full", sslrootcert: "/ca" }, "libpq", "verify-full", "/ca"],
    [{ sslmode: "verify-full" }, "libpq", "verify-full", `${folder}/root.crt`],
    [{ sslmode: "prefer", sslrootcert: "/ca" }, "lib/pq", "prefer", "/ca"],
  ] as const)("name the authorities only where those of the system are asked for: %j %s", (row) => {
    const [parts, driver, mode, rootCertificate] = row;
    expect(completeWith(variables, parts, driver)).toMatchObject({
      settings: { tls: { mode, rootCertificate } },
    });
  });

  test("name them for the driver of postgres_exporter too", () => {
    const environment = anEnvironment(variables);
    const named = { parts: { sslmode: "verify-full" }, driver: "lib/pq" } as const;
    expect(completeConnection(named, environment)).toMatchObject({
      settings: { tls: { rootCertificate: "/bundle" } },
    });
  });

  test("cannot name a folder of them alone", () => {
    const wanted = { sslrootcert: "system" };
    expect(completeWith({ SSL_CERT_DIR: "/certs" }, wanted)).toMatchObject({
      problems: [
        {
          expected: "no SSL_CERT_DIR where the authorities of the system are asked for",
          hint: "put its certificates into one file, and name that in SSL_CERT_FILE or sslrootcert",
        },
      ],
    });
    expect(completeWith({ SSL_CERT_DIR: "", SSL_CERT_FILE: "" }, wanted)).toHaveProperty("settings");
    expect(completeWith({ SSL_CERT_DIR: "/certs" }, {})).toHaveProperty("settings");
    expect(completeWith({ SSL_CERT_DIR: "/certs" }, { ...wanted, host: "/tmp" })).toHaveProperty("settings");
  });
});

describe("files and versions", () => {
  test.for([
    [{}, {}, { certificate: undefined, key: undefined, revocationList: undefined }],
    [
      {},
      ownFiles,
      {
        certificate: `${folder}/postgresql.crt`,
        key: `${folder}/postgresql.key`,
        revocationList: `${folder}/root.crl`,
      },
    ],
    [{ sslcert: "/c" }, {}, { certificate: "/c", key: `${folder}/postgresql.key` }],
    [{ sslcert: "/c", sslkey: "/k" }, ownFiles, { certificate: "/c", key: "/k" }],
    [{ sslkey: "/k" }, {}, { certificate: undefined, key: undefined }],
    [
      { sslcert: "/c", sslcertmode: "disable" },
      ownFiles,
      { isCertificateAllowed: false, certificate: undefined, key: undefined },
    ],
    [{ sslcert: "/c", sslcertmode: "allow" }, {}, { isCertificateAllowed: true, certificate: "/c" }],
    [{ sslcrl: "/l" }, ownFiles, { revocationList: "/l" }],
    [{ sslcrl: "/l" }, {}, { revocationList: undefined }],
    [{ ssl_min_protocol_version: "tlsv1.3" }, {}, { minVersion: "TLSv1.3", maxVersion: undefined }],
    [
      { ssl_min_protocol_version: "", ssl_max_protocol_version: "TLSV1" },
      {},
      { minVersion: undefined, maxVersion: "TLSv1" },
    ],
    [
      { ssl_min_protocol_version: "TLSv1.1", ssl_max_protocol_version: "TLSv1.1" },
      {},
      { minVersion: "TLSv1.1", maxVersion: "TLSv1.1" },
    ],
    [{ sslsni: "0" }, {}, { isNameSent: false }],
    [{ sslsni: "" }, {}, { isNameSent: false }],
    [{ sslsni: "1" }, {}, { isNameSent: true }],
    [{ sslmode: "require", sslnegotiation: "direct" }, {}, { negotiation: "direct" }],
  ] as const)("of %j with %j", ([parts, files, tls]) => {
    expect(tlsOf(parts, files)).toMatchObject(tls);
  });

  test.for([
    [{ ssl_max_protocol_version: "TLSv1.1" }],
    [{ ssl_min_protocol_version: "TLSv1.3", ssl_max_protocol_version: "TLSv1.2" }],
  ] as const)("%j leave no version", ([parts]) => {
    expect(problemsOf(parts)).toEqual([
      "expected ssl_max_protocol_version to be at least ssl_min_protocol_version (TLSv1.2 when not given), got less",
    ]);
  });

  test("a certificate needs a key, also where there is no home folder", () => {
    const environment = { ...anEnvironment(), homeFolder: undefined };
    expect(completeConnection({ parts: { sslcert: "/c" } }, environment)).toMatchObject({
      problems: [{ expected: "sslkey with sslcert", got: "none" }],
    });
  });

  test("a file is looked for without being read", () => {
    const environment = { ...anEnvironment(), exists: () => true };
    expect(completeConnection({ parts: {} }, environment)).toMatchObject({
      settings: { tls: { rootCertificate: `${folder}/root.crt`, certificate: `${folder}/postgresql.crt` } },
    });
  });

  test("a list that is not used is told of", () => {
    expect(complete({ sslrootcert: "system", sslcrl: "/l" })).toMatchObject({
      settings: { tls: { revocationList: undefined } },
      warnings: [{ told: "sslcrl is not used: it needs a root certificate of your own (sslrootcert=FILE)" }],
    });
  });
});

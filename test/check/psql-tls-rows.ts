import { here, type Row } from "./psql-row.ts";

/** TLS and its files. */
export const tls: readonly Row[] = [
  ...(["disable", "allow"] as const).map((mode): Row => ({
    text: `${here} sslmode=${mode}`,
    outcome: "plain",
  })),
  ...(["prefer", "require"] as const).map((mode): Row => ({
    text: `${here} sslmode=${mode}`,
    outcome: "TLSv1.3",
  })),
  { text: `${here} sslmode=bogus`, outcome: "refused" },
  { text: `${here} sslmode=verify-ca`, outcome: "refused" },
  { text: `${here} sslmode=verify-full`, outcome: "refused" },
  { text: `${here} sslmode=verify-ca sslrootcert=ROOT`, outcome: "TLSv1.3" },
  { text: `${here} sslmode=verify-full sslrootcert=ROOT`, outcome: "TLSv1.3" },
  { text: `${here} sslmode=require sslrootcert=STRANGER`, outcome: "refused" },
  { text: `${here} sslmode=verify-ca sslrootcert=STRANGER`, outcome: "refused" },
  { text: `${here} sslmode=prefer sslrootcert=STRANGER`, outcome: "plain" },
  { text: `${here} sslmode=prefer sslrootcert=/nowhere`, outcome: "TLSv1.3" },
  { text: `${here} host=127.0.0.1 sslmode=verify-ca sslrootcert=ROOT`, outcome: "TLSv1.3" },
  { text: `${here} host=127.0.0.1 sslmode=verify-full sslrootcert=ROOT`, outcome: "refused" },
  { text: `${here} hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=ROOT`, outcome: "TLSv1.3" },
  {
    text: "hostaddr=127.0.0.1 port=PORT user=anybody sslmode=verify-full sslrootcert=ROOT",
    outcome: "refused",
  },
  { text: `${here} sslmode=verify-full sslrootcert=ROOT sslcrl=REVOKED`, outcome: "refused" },
  { text: `${here} sslmode=verify-full`, home: "root", outcome: "TLSv1.3" },
  { text: `${here} sslmode=require`, home: "stranger", outcome: "refused" },
  { text: `${here} sslmode=prefer`, home: "stranger", outcome: "plain" },
  { text: `${here} sslmode=require sslrootcert=ROOT`, home: "stranger", outcome: "TLSv1.3" },
  { text: "host=SOCKET port=PORT user=anybody dbname=shop sslmode=verify-full", outcome: "plain" },
  { text: `${here} sslrootcert=system`, outcome: "refused", since: 16 },
  { text: `${here} sslrootcert=system`, variables: { SSL_CERT_FILE: "ROOT" }, outcome: "TLSv1.3", since: 16 },
  {
    text: `${here} host=127.0.0.1 sslrootcert=system`,
    variables: { SSL_CERT_FILE: "ROOT" },
    outcome: "refused",
    since: 16,
  },
  {
    text: `${here} sslrootcert=system`,
    variables: { SSL_CERT_FILE: "STRANGER" },
    outcome: "refused",
    since: 16,
  },
  { text: `${here} sslrootcert=system sslmode=require`, outcome: "refused", since: 16 },
  { text: `${here} sslmode=require sslnegotiation=direct`, outcome: "TLSv1.3", since: 17 },
  { text: `${here} sslmode=prefer sslnegotiation=direct`, outcome: "refused" },
  { text: `${here} ssl_max_protocol_version=tlsv1.2`, outcome: "TLSv1.2" },
  { text: `${here} ssl_min_protocol_version=TLSv1.3`, outcome: "TLSv1.3" },
  { text: `${here} ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2`, outcome: "refused" },
  { text: `${here} ssl_max_protocol_version=TLSv1.1`, outcome: "refused" },
  { text: `${here} ssl_min_protocol_version=1.2`, outcome: "refused" },
  ...(["disable", "allow", "prefer", "require"] as const).flatMap((mode): readonly Row[] => [
    { text: `${here} user=tls_only sslmode=${mode}`, outcome: mode === "disable" ? "refused" : "TLSv1.3" },
    { text: `${here} user=plain_only sslmode=${mode}`, outcome: mode === "require" ? "refused" : "plain" },
  ]),
  { text: `${here} user=certified sslmode=require`, outcome: "refused" },
  { text: `${here} user=certified sslmode=require sslcert=CLIENT sslkey=KEY`, outcome: "TLSv1.3" },
  { text: `${here} user=certified sslmode=require sslcert=CLIENT`, outcome: "refused" },
  {
    text: `${here} user=certified sslmode=require sslcert=CLIENT sslkey=LOCKED sslpassword=open`,
    outcome: "refused",
  },
  {
    text: `${here} user=certified sslmode=require sslcert=LOCKED_CLIENT sslkey=LOCKED sslpassword=open`,
    outcome: "TLSv1.3",
  },
  {
    text: `${here} user=certified sslmode=require sslcert=LOCKED_CLIENT sslkey=LOCKED sslpassword=shut`,
    outcome: "refused",
  },
  { text: `${here} user=certified sslmode=require`, home: "client", outcome: "TLSv1.3" },
  {
    text: `${here} user=certified sslmode=require sslcertmode=disable`,
    home: "client",
    outcome: "refused",
    since: 16,
  },
  { text: `${here} user=certified sslmode=require sslcert=CLIENT sslkey=OPEN_KEY`, outcome: "refused" },
];

/** The same, at a server whose certificate has expired. */
export const rowsOfExpired: readonly Row[] = [
  { text: `${here} sslmode=disable`, outcome: "plain" },
  { text: `${here} sslmode=require`, outcome: "TLSv1.3" },
  { text: `${here} sslmode=prefer sslrootcert=ROOT`, outcome: "plain" },
  { text: `${here} sslmode=require sslrootcert=ROOT`, outcome: "refused" },
  { text: `${here} sslmode=verify-ca sslrootcert=ROOT`, outcome: "refused" },
  { text: `${here} sslmode=verify-full sslrootcert=ROOT`, outcome: "refused" },
];

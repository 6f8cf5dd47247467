/**
 * What becomes of one of libpq's connection parameters: `supported` means what it means there; `accepted` is checked and
 * changes nothing here; `set_aside` is not used, with a warning; `refused` is an error, unless it is empty.
 */
type Treatment = "supported" | "accepted" | "set_aside" | "refused";

type ConnectionParameter = {
  readonly keyword: string;
  /** The environment variable that it is taken from where nothing else names it. */
  readonly variable?: string;
  readonly treatment: Treatment;
  /** The major version of libpq that brought it, where that is newer than 15. */
  readonly since?: number;
  /** Why it is not used, or what to do in its place. */
  readonly told?: string;
};

const withoutOAuth = "leave it out, and give the role a password or a client certificate";

/** All that libpq knows up to version 18, in its order. `docs/connections.md` is the same list for people. */
export const connectionParameters = [
  { keyword: "service", variable: "PGSERVICE", treatment: "supported" },
  {
    keyword: "servicefile",
    treatment: "refused",
    since: 19,
    told: "set PGSERVICEFILE",
  },
  { keyword: "user", variable: "PGUSER", treatment: "supported" },
  { keyword: "password", variable: "PGPASSWORD", treatment: "supported" },
  { keyword: "passfile", variable: "PGPASSFILE", treatment: "supported" },
  { keyword: "channel_binding", variable: "PGCHANNELBINDING", treatment: "accepted" },
  { keyword: "connect_timeout", variable: "PGCONNECT_TIMEOUT", treatment: "supported" },
  { keyword: "dbname", variable: "PGDATABASE", treatment: "supported" },
  { keyword: "host", variable: "PGHOST", treatment: "supported" },
  { keyword: "hostaddr", variable: "PGHOSTADDR", treatment: "supported" },
  { keyword: "port", variable: "PGPORT", treatment: "supported" },
  {
    keyword: "client_encoding",
    variable: "PGCLIENTENCODING",
    treatment: "set_aside",
    told: "pgleash chooses the encoding itself",
  },
  { keyword: "options", variable: "PGOPTIONS", treatment: "supported" },
  {
    keyword: "application_name",
    variable: "PGAPPNAME",
    treatment: "set_aside",
    told: "pgleash sets its own, so that it recognises its sessions",
  },
  {
    keyword: "fallback_application_name",
    treatment: "set_aside",
    told: "pgleash sets its own, so that it recognises its sessions",
  },
  { keyword: "keepalives", treatment: "supported" },
  { keyword: "keepalives_idle", treatment: "supported" },
  {
    keyword: "keepalives_interval",
    treatment: "set_aside",
    told: "Node.js asks every second, and ten times",
  },
  {
    keyword: "keepalives_count",
    treatment: "set_aside",
    told: "Node.js asks every second, and ten times",
  },
  { keyword: "tcp_user_timeout", treatment: "accepted" },
  { keyword: "sslmode", variable: "PGSSLMODE", treatment: "supported" },
  { keyword: "sslnegotiation", variable: "PGSSLNEGOTIATION", treatment: "supported", since: 17 },
  { keyword: "sslcompression", variable: "PGSSLCOMPRESSION", treatment: "accepted" },
  { keyword: "sslcert", variable: "PGSSLCERT", treatment: "supported" },
  { keyword: "sslkey", variable: "PGSSLKEY", treatment: "supported" },
  { keyword: "sslcertmode", variable: "PGSSLCERTMODE", treatment: "supported", since: 16 },
  { keyword: "sslpassword", treatment: "supported" },
  { keyword: "sslrootcert", variable: "PGSSLROOTCERT", treatment: "supported" },
  { keyword: "sslcrl", variable: "PGSSLCRL", treatment: "supported" },
  {
    keyword: "sslcrldir",
    variable: "PGSSLCRLDIR",
    treatment: "refused",
    told: "put the lists into one file, and name it with sslcrl",
  },
  { keyword: "sslsni", variable: "PGSSLSNI", treatment: "supported" },
  {
    keyword: "requirepeer",
    variable: "PGREQUIREPEER",
    treatment: "refused",
    told: "leave it out: who may write to the folder of the socket decides who can listen there",
  },
  {
    keyword: "require_auth",
    variable: "PGREQUIREAUTH",
    treatment: "refused",
    since: 16,
    told: "leave it out, and use sslmode=verify-full so that nobody else can ask for the password",
  },
  { keyword: "min_protocol_version", variable: "PGMINPROTOCOLVERSION", treatment: "accepted", since: 18 },
  { keyword: "max_protocol_version", variable: "PGMAXPROTOCOLVERSION", treatment: "accepted", since: 18 },
  { keyword: "ssl_min_protocol_version", variable: "PGSSLMINPROTOCOLVERSION", treatment: "supported" },
  { keyword: "ssl_max_protocol_version", variable: "PGSSLMAXPROTOCOLVERSION", treatment: "supported" },
  { keyword: "gssencmode", variable: "PGGSSENCMODE", treatment: "accepted" },
  { keyword: "krbsrvname", variable: "PGKRBSRVNAME", treatment: "accepted" },
  { keyword: "gsslib", variable: "PGGSSLIB", treatment: "accepted" },
  { keyword: "gssdelegation", variable: "PGGSSDELEGATION", treatment: "accepted", since: 16 },
  {
    keyword: "replication",
    treatment: "refused",
    told: "leave it out: a replication connection cannot read the statistics",
  },
  { keyword: "target_session_attrs", variable: "PGTARGETSESSIONATTRS", treatment: "supported" },
  { keyword: "load_balance_hosts", variable: "PGLOADBALANCEHOSTS", treatment: "supported", since: 16 },
  {
    keyword: "scram_client_key",
    treatment: "refused",
    since: 18,
    told: "leave it out, and give the password",
  },
  {
    keyword: "scram_server_key",
    treatment: "refused",
    since: 18,
    told: "leave it out, and give the password",
  },
  { keyword: "oauth_issuer", treatment: "refused", since: 18, told: withoutOAuth },
  { keyword: "oauth_client_id", treatment: "refused", since: 18, told: withoutOAuth },
  { keyword: "oauth_client_secret", treatment: "refused", since: 18, told: withoutOAuth },
  { keyword: "oauth_scope", treatment: "refused", since: 18, told: withoutOAuth },
  {
    keyword: "sslkeylogfile",
    treatment: "refused",
    since: 18,
    told: "leave it out: it would write down the keys of the connection",
  },
] as const satisfies readonly ConnectionParameter[];

export type ConnectionKeyword = (typeof connectionParameters)[number]["keyword"];

/** The keyword that is spelt so, exactly; `undefined` when libpq knows none. */
export function keywordOf(name: string): ConnectionKeyword | undefined {
  return connectionParameters.find(({ keyword }) => keyword === name)?.keyword;
}

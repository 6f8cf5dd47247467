import { here, type Row } from "./psql-row.ts";
import { tls } from "./psql-tls-rows.ts";

/** How a string is read. */
const spelling: readonly Row[] = [
  { text: here, outcome: "TLSv1.3" },
  { text: "postgres://anybody@localhost:PORT/shop", outcome: "TLSv1.3" },
  { text: "postgresql://anybody@localhost:PORT", outcome: "TLSv1.3" },
  { text: "postgres://anybody@localhost:PORT/", outcome: "TLSv1.3" },
  { text: "postgres://LOCALUSER@SOCKET_ENCODED:PORT/shop", outcome: "plain" },
  { text: "postgres:///shop?host=SOCKET&port=PORT", outcome: "plain" },
  { text: "postgres:///shop?host=SOCKET&port=PORT&user=anybody&dbname=anybody", outcome: "plain" },
  {
    text: "postgres://x@nowhere.invalid:1/y?host=localhost&port=PORT&user=anybody&dbname=shop",
    outcome: "TLSv1.3",
  },
  { text: "postgres://any%62ody@local%68ost:PORT/sh%6fp?%73slmode=%64isable", outcome: "plain" },
  { text: "postgres://anybody@localhost:PORT/shop?", outcome: "TLSv1.3" },
  { text: "postgres://anybody@localhost:PORT/shop?sslmode=disable&", outcome: "plain" },
  { text: "postgres://anybody@localhost:PORT/shop?sslmode=disable&&", outcome: "refused" },
  { text: "postgres://anybody@localhost:PORT/shop?sslmode", outcome: "refused" },
  { text: "postgres://anybody@localhost:PORT/shop?sslmode=disable=x", outcome: "refused" },
  { text: "postgres://anybody@localhost:PORT/shop?ssl=true", outcome: "TLSv1.3" },
  { text: "postgres://anybody@localhost:PORT/shop?ssl=false", outcome: "refused" },
  { text: "postgres://anybody@localhost:PORT/shop?nonsense=1", outcome: "refused" },
  { text: "postgres://anybody@localhost:PORT/sh%zzp", outcome: "refused" },
  { text: "postgres://anybody@localhost:PORT/shop%00", outcome: "refused" },
  { text: "postgres://anybody@localhost:PORT/shop ? sslmode = disable", outcome: "plain", since: 18 },
  { text: "postgres://[::1/shop", outcome: "refused" },
  { text: "postgres://[]:PORT/shop", outcome: "refused" },
  { text: "postgres://anybody@[127.0.0.1]:PORT/shop", outcome: "TLSv1.3" },
  { text: "POSTGRES://anybody@localhost:PORT/shop?sslmode=disable", outcome: "refused" },
  { text: "  host = localhost\tport= PORT\nuser =anybody dbname='shop'  ", outcome: "TLSv1.3" },
  { text: String.raw`host='local\host' port='PORT' user=any\body dbname='sh\op'`, outcome: "TLSv1.3" },
  { text: String.raw`host=SOCKET port=PORT user=anybody dbname='it\'s a \\ "db"'`, outcome: "plain" },
  { text: String.raw`host=SOCKET port=PORT user=anybody dbname=it\'s\ a\ \\\ "db"`, outcome: "plain" },
  { text: "host=SOCKET port=PORT user=anybody dbname='postgres://nowhere.invalid'", outcome: "plain" },
  { text: "host=SOCKET port=PORT user=anybody dbname='host=nowhere.invalid'", outcome: "refused" },
  { text: `${here} dbname=anybody`, outcome: "TLSv1.3" },
  { text: `${here} dbname=''`, outcome: "TLSv1.3" },
  { text: "host=localhost port=PORT user=anybody dbname=", outcome: "TLSv1.3" },
  { text: `${here} password='x`, outcome: "refused" },
  { text: `${here} password=a b`, outcome: "refused" },
  { text: `${here} nonsense=1`, outcome: "refused" },
  { text: `${here} Sslmode=disable`, outcome: "refused" },
  { text: `${here} requiressl=1`, outcome: "TLSv1.3" },
];

/** Places: several hosts, addresses and ports, and what is wrong with them. */
const places: readonly Row[] = [
  { text: "host=localhost,localhost port=1,PORT user=anybody dbname=shop", outcome: "TLSv1.3" },
  { text: "postgres://anybody@localhost:1,localhost:PORT/shop", outcome: "TLSv1.3" },
  { text: "postgres://anybody@nowhere.invalid,localhost/shop?port=PORT", outcome: "TLSv1.3" },
  { text: "host=SOCKET,localhost port=1,PORT user=anybody dbname=shop sslmode=require", outcome: "TLSv1.3" },
  { text: "host=localhost,SOCKET port=1,PORT user=anybody dbname=shop sslmode=require", outcome: "plain" },
  { text: "host=a,b,c port=1,2 user=anybody", outcome: "refused" },
  { text: "host=localhost port=PORT,PORT user=anybody", outcome: "refused" },
  { text: "host=nowhere.invalid hostaddr=127.0.0.1 port=PORT user=anybody dbname=shop", outcome: "TLSv1.3" },
  { text: "hostaddr=127.0.0.1 port=PORT user=anybody dbname=shop", outcome: "TLSv1.3" },
  { text: "hostaddr=localhost port=PORT user=anybody dbname=shop", outcome: "refused" },
  { text: "host=localhost hostaddr=127.0.0.1,127.0.0.1 port=PORT user=anybody", outcome: "refused" },
  {
    text: "host=localhost,localhost hostaddr=127.0.0.1,127.0.0.1 port=1,PORT user=anybody dbname=shop",
    outcome: "TLSv1.3",
  },
  { text: "host=localhost port=' PORT ' user=anybody dbname=shop", outcome: "TLSv1.3" },
  { text: "host=localhost port=0 user=anybody", outcome: "refused" },
  { text: "host=localhost port=65536 user=anybody", outcome: "refused" },
  { text: "host=localhost port=PORTx user=anybody", outcome: "refused" },
  { text: "host=localhost port=1 user=anybody", outcome: "refused" },
  { text: `${here} target_session_attrs=primary`, outcome: "TLSv1.3" },
  { text: `${here} target_session_attrs=standby`, outcome: "refused" },
  { text: `${here} target_session_attrs=prefer-standby`, outcome: "TLSv1.3" },
  {
    text: `${here} target_session_attrs=read-write options='-c default_transaction_read_only=on'`,
    outcome: "refused",
  },
  {
    text: `${here} target_session_attrs=read-only options='-c default_transaction_read_only=on'`,
    outcome: "TLSv1.3",
  },
  { text: `${here} target_session_attrs=master`, outcome: "refused" },
  { text: `${here} load_balance_hosts=random`, outcome: "TLSv1.3", since: 16 },
  { text: `${here} load_balance_hosts=maybe`, outcome: "refused" },
];

const secured = "host=localhost port=PORT user=secured dbname=shop";

/** Passwords, services and variables. */
const environment: readonly Row[] = [
  { text: `${secured} password=first`, outcome: "TLSv1.3" },
  { text: `${secured} password=second`, outcome: "refused" },
  { text: secured, outcome: "refused" },
  { text: "postgres://secured:%66irst@localhost:PORT/shop", outcome: "TLSv1.3" },
  { text: secured, variables: { PGPASSWORD: "first" }, outcome: "TLSv1.3" },
  { text: `${secured} password=second`, variables: { PGPASSWORD: "first" }, outcome: "refused" },
  { text: secured, home: "full", outcome: "TLSv1.3" },
  { text: `${secured} password=''`, variables: { PGPASSWORD: "second" }, home: "full", outcome: "TLSv1.3" },
  { text: secured, variables: { PGPASSWORD: "second" }, home: "full", outcome: "refused" },
  { text: `${secured} host=127.0.0.1`, home: "full", outcome: "refused" },
  { text: `${secured} host=127.0.0.1 dbname=anybody`, home: "full", outcome: "TLSv1.3" },
  { text: `${secured} passfile=PASSFILE`, outcome: "TLSv1.3" },
  { text: secured, variables: { PGPASSFILE: "PASSFILE" }, outcome: "TLSv1.3" },
  { text: `${secured} passfile=/nowhere`, home: "full", outcome: "refused" },
  { text: secured, home: "open", outcome: "refused" },
  { text: here, home: "open", outcome: "TLSv1.3" },
  { text: "service=shop", home: "full", outcome: "TLSv1.3" },
  { text: "postgres:///?service=shop&sslmode=disable", home: "full", outcome: "plain" },
  {
    text: "service=shop user=tls_only",
    variables: { PGUSER: "plain_only", PGDATABASE: "nowhere" },
    home: "full",
    outcome: "TLSv1.3",
  },
  { variables: { PGSERVICE: "shop" }, home: "full", outcome: "TLSv1.3" },
  { variables: { PGSERVICE: "shop", PGSERVICEFILE: "SERVICEFILE" }, outcome: "plain" },
  { variables: { PGSERVICE: "shop", PGSYSCONFDIR: "SYSCONFDIR" }, outcome: "plain" },
  { variables: { PGSERVICE: "shop", PGSERVICEFILE: "/nowhere" }, home: "full", outcome: "refused" },
  { variables: { PGSERVICE: "nested" }, home: "full", outcome: "refused" },
  { variables: { PGSERVICE: "spaced" }, home: "full", outcome: "refused" },
  { variables: { PGSERVICE: "absent" }, home: "full", outcome: "refused" },
  { variables: { PGSERVICE: "", PGHOST: "localhost", PGPORT: "PORT" }, home: "full", outcome: "refused" },
  {
    variables: { PGHOST: "localhost", PGPORT: "PORT", PGUSER: "anybody", PGDATABASE: "shop" },
    outcome: "TLSv1.3",
  },
  { variables: { PGHOST: "SOCKET", PGPORT: "PORT" }, outcome: "plain" },
  {
    variables: { PGHOST: "nowhere.invalid", PGHOSTADDR: "127.0.0.1", PGPORT: "PORT", PGUSER: "anybody" },
    outcome: "TLSv1.3",
  },
  { variables: { PGHOST: "SOCKET", PGPORT: "PORT", PGUSER: "", PGDATABASE: "" }, outcome: "plain" },
  {
    text: here,
    variables: { PGHOST: "nowhere.invalid", PGPORT: "x", PGUSER: "nobody", PGDATABASE: "y" },
    outcome: "TLSv1.3",
  },
  { text: here, variables: { PGSSLMODE: "disable" }, outcome: "plain" },
  { text: here, variables: { PGSSLMODE: "" }, outcome: "refused" },
  { text: here, variables: { PGSSLMODE: "bogus" }, outcome: "refused" },
  { text: `${here} sslmode=prefer`, variables: { PGSSLMODE: "bogus" }, outcome: "TLSv1.3" },
  { text: `${here} user=tls_only`, variables: { PGREQUIRESSL: "1" }, outcome: "TLSv1.3" },
  { text: `${here} user=plain_only`, variables: { PGREQUIRESSL: "1" }, outcome: "refused" },
  { text: `${here} user=plain_only`, variables: { PGREQUIRESSL: "0" }, outcome: "plain" },
  { text: `${here} sslmode=verify-full`, variables: { PGSSLROOTCERT: "ROOT" }, outcome: "TLSv1.3" },
  { text: `${here} user=certified`, variables: { PGSSLCERT: "CLIENT", PGSSLKEY: "KEY" }, outcome: "TLSv1.3" },
  { text: here, variables: { PGSSLMAXPROTOCOLVERSION: "TLSv1.2" }, outcome: "TLSv1.2" },
  {
    text: here,
    variables: { PGOPTIONS: "-c default_transaction_read_only=on", PGTARGETSESSIONATTRS: "read-write" },
    outcome: "refused",
  },
  {
    text: `${here} target_session_attrs=primary`,
    variables: { PGTARGETSESSIONATTRS: "standby" },
    outcome: "TLSv1.3",
  },
  {
    text: `${here} target_session_attrs=any`,
    variables: { PGTARGETSESSIONATTRS: "bogus" },
    outcome: "TLSv1.3",
  },
  { text: here, variables: { PGKRBSRVNAME: "x" }, outcome: "TLSv1.3" },
  { text: `${here} tcp_user_timeout=0`, outcome: "TLSv1.3" },
  { text: here, variables: { PGCONNECT_TIMEOUT: "" }, outcome: "refused" },
  { text: `${here} connect_timeout=1 keepalives=1 keepalives_idle=30`, outcome: "TLSv1.3" },
  {
    text: `${here} connect_timeout=-1 keepalives=0 channel_binding=prefer gssencmode=disable`,
    outcome: "TLSv1.3",
  },
  { text: `${here} connect_timeout=1s`, outcome: "refused" },
  { text: `${here} keepalives_idle=0`, outcome: "refused" },
  { text: `${here} channel_binding=always`, outcome: "refused" },
  { text: here, variables: { PGAPPNAME: "x", PGCLIENTENCODING: "UTF8", PGTZ: "UTC" }, outcome: "TLSv1.3" },
];

/** Where psql connects and pgleash refuses to: `docs/connections.md` says why. */
export const stricter: readonly Row[] = [
  { text: `${here} sslmode=require sslrootcert=/nowhere`, outcome: "TLSv1.3" },
  { text: `${here} sslmode=require sslcert=/nowhere`, outcome: "TLSv1.3" },
  {
    text: `${here} sslrootcert=system sslcrl=REVOKED`,
    variables: { SSL_CERT_FILE: "ROOT" },
    outcome: "TLSv1.3",
    since: 16,
  },
  {
    text: `${here} sslrootcert=system`,
    variables: { SSL_CERT_DIR: "FOLDER" },
    outcome: "TLSv1.3",
    since: 16,
  },
  { text: "postgres://anybody@localhost:PORT/shop?application_name=%ff", outcome: "TLSv1.3" },
  { text: `${here} tcp_user_timeout=1000`, outcome: "TLSv1.3" },
  { text: `${secured} password=first channel_binding=require`, outcome: "TLSv1.3" },
  { text: `${secured} password=first require_auth=scram-sha-256`, outcome: "TLSv1.3", since: 16 },
  { text: here, variables: { PGREQUIREPEER: "postgres" }, outcome: "TLSv1.3" },
];

/** On the command line: a connection string in -d comes before the other flags, whose empty ones say nothing. */
const commandLine: readonly Row[] = [
  { flags: { host: "localhost", port: "PORT", username: "anybody", dbname: "shop" }, outcome: "TLSv1.3" },
  {
    flags: { host: "SOCKET", port: "PORT", username: "anybody", dbname: 'it\'s a \\ "db"' },
    outcome: "plain",
  },
  { flags: { host: "nowhere.invalid", port: "1", username: "nobody", dbname: here }, outcome: "TLSv1.3" },
  {
    flags: {
      port: "PORT",
      username: "plain_only",
      dbname: "host=localhost user=secured dbname=shop password=first",
    },
    outcome: "TLSv1.3",
  },
  { flags: { port: "PORT", username: "tls_only", dbname: "postgres://localhost/shop" }, outcome: "TLSv1.3" },
  {
    flags: { port: "PORT", username: "nobody", dbname: "postgres://anybody@localhost/shop?sslmode=disable" },
    outcome: "plain",
  },
  { flags: { port: "PORT", username: "anybody", dbname: "host=localhost port=''" }, outcome: "refused" },
  { flags: { host: "localhost", port: "PORT", username: "anybody", dbname: "a=b" }, outcome: "refused" },
  { flags: { host: "", port: "", username: "", dbname: here }, outcome: "TLSv1.3" },
  {
    flags: { host: "", dbname: "shop" },
    variables: { PGHOST: "localhost", PGPORT: "PORT", PGUSER: "anybody" },
    outcome: "TLSv1.3",
  },
];

/** What real `psql` and pgleash must agree on. */
export const rows: readonly Row[] = [...spelling, ...places, ...tls, ...environment, ...commandLine];

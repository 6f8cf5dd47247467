import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import { UsageError } from "../../src/commands/command.ts";
import { connectionOf } from "../../src/commands/connection-words.ts";
import { takeVariables } from "../../src/commands/take-variables.ts";
import { connect } from "../../src/postgres/attempts/connect.ts";
import { createFileLookup, readConnectionFile } from "../../src/postgres/naming/connection-files.ts";
import { connectionsFromEnvironment } from "../../src/postgres/naming/connections-from-environment.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { installedPsql, type Psql } from "../support/a-psql.ts";
import { createAuthority, type Authority, type Certificate } from "../support/certificates.ts";
import { connectTo } from "../support/real-postgres.ts";
import { startTlsPostgres, type TlsPostgres } from "../support/tls-postgres.ts";
import type { Home, Row } from "./psql-row.ts";
import { rows, stricter } from "./psql-rows.ts";
import { rowsOfExpired } from "./psql-tls-rows.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 120_000 });

/** Who is connected to what, over TCP (with the port) or a socket, and with which TLS. */
const statement = `SELECT concat_ws('|', current_user, current_database(), coalesce(inet_server_port()::text, 'socket'),
  (SELECT coalesce(version, 'plain') FROM pg_stat_ssl WHERE pid = pg_backend_pid())) AS seen`;

const localUser = userInfo().username;

let folder = "";
let authority: Authority;
let stranger: Authority;
let postgres: TlsPostgres;
let certificate: Certificate;
let words: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-psql-"));
  [authority, stranger] = [await createAuthority("ours"), await createAuthority("theirs")];
  certificate = await authority.sign("DNS:localhost");
  postgres = await startTlsPostgres("18", authority, certificate);
  const [client, locked] = [await authority.sign(""), await authority.sign("", { keyPassword: "open" })];
  words = await fillFolder(certificate, client, locked);
  const admin = connectTo(postgres.server);
  const databases = ["shop", "anybody", String.raw`it's a \ "db"`, "postgres://nowhere.invalid", localUser];
  for (const name of new Set(databases))
    await admin.unsafe(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  await admin.unsafe(`CREATE ROLE "${localUser}" LOGIN`);
  await admin.end();
});

afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await postgres.remove();
  await authority.remove();
  await stranger.remove();
  await rm(folder, { recursive: true });
});

/** Writes what the rows name, and returns what their words stand for. */
async function fillFolder(
  server: Certificate,
  client: Certificate,
  locked: Certificate,
): Promise<typeof words> {
  const { port } = postgres.place;
  const socket = postgres.server.socketFolder;
  const put = async (path: string, text: string, mode = 0o600): Promise<string> => {
    const whole = join(folder, path);
    await mkdir(join(whole, ".."), { recursive: true });
    await writeFile(whole, text, { mode });
    await chmod(whole, mode);
    return whole;
  };
  const place = (host: string) => `host=${host}\nport=${port}\nuser=anybody\ndbname=shop\n`;
  const passwords = `localhost:*:shop:secured:first\n127.0.0.1:${port}:anybody:secured:first\n`;
  await put("full/.pgpass", passwords);
  await put("open/.pgpass", passwords, 0o644);
  await put(
    "full/.pg_service.conf",
    `[nested]\nservice=shop\n[spaced]\nhost = localhost\n[shop]\n${place("localhost")}`,
  );
  await mkdir(join(folder, "empty"));
  for (const name of ["root", "stranger", "client"])
    await mkdir(join(folder, name, ".postgresql"), { recursive: true });
  await copyFile(authority.rootCert, join(folder, "root/.postgresql/root.crt"));
  await mkdir(join(folder, "certs"));
  await copyFile(authority.rootCert, join(folder, "certs/root.pem"));
  // OpenSSL looks for a certificate by its hash.
  await promisify(execFile)("openssl", ["rehash", join(folder, "certs")]);
  await copyFile(stranger.rootCert, join(folder, "stranger/.postgresql/root.crt"));
  await put("client/.postgresql/postgresql.crt", client.cert);
  await put("client/.postgresql/postgresql.key", client.key);
  await put("etc/pg_service.conf", `[shop]\n${place(socket)}`);
  return {
    PORT: String(port),
    SOCKET: socket,
    SOCKET_ENCODED: encodeURIComponent(socket),
    LOCALUSER: localUser,
    ROOT: authority.rootCert,
    FOLDER: join(folder, "certs"),
    STRANGER: stranger.rootCert,
    REVOKED: await authority.revoke(server),
    CLIENT: client.certFile,
    KEY: client.keyFile,
    OPEN_KEY: await put("open.key", client.key, 0o644),
    LOCKED_CLIENT: locked.certFile,
    LOCKED: locked.keyFile,
    PASSFILE: await put("passfile", "*:*:*:secured:first\n"),
    SERVICEFILE: join(folder, "etc/pg_service.conf"),
    SYSCONFDIR: join(folder, "etc"),
  };
}

/** The last of what is seen, before the host. */
function outcomeOf(seen: string): string {
  return seen === "refused" ? seen : (/\|([^|]*) [^ ]*$/u.exec(seen)?.[1] ?? seen);
}

/** A text with the test's own places in it. */
function fill(text: string): string {
  return Object.keys(words)
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, word) => rest.replaceAll(word, () => words[word] ?? ""), text);
}

/** Values with the test's own places in them. */
function filledIn<Name extends string>(
  values: Readonly<Partial<Record<Name, string>>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries<string | undefined>(values).map(([name, value]) => [name, fill(value ?? "")]),
  );
}

/** A row with the test's own places in it. */
function filled({ text, flags, variables = {}, home = "empty" }: Row): Filled {
  return {
    text: text === undefined ? undefined : fill(text),
    flags: flags === undefined ? undefined : filledIn(flags),
    variables: filledIn(variables),
    home,
  };
}

type Filled = {
  readonly text: string | undefined;
  readonly flags: Readonly<Record<string, string>> | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly home: Home;
};

/** `user|database|port|TLS host`; or `refused`. */
async function seenByPsql(psql: Psql, { text, flags, variables, home }: Filled): Promise<string> {
  const surroundings = { HOME: join(folder, home), ...variables };
  const given = Object.entries(flags ?? {}).map(([flag, value]) => `--${flag}=${value}`);
  const output = await psql.run(text === undefined ? given : [text], surroundings, [
    statement,
    String.raw`\echo :HOST`,
  ]);
  return output === undefined ? "refused" : output.trim().replace("\n", " ");
}

/** What the command line names. */
function wordsOf({ text, flags }: Pick<Filled, "text" | "flags">): { named: string | undefined } | "refused" {
  try {
    return { named: connectionOf(flags ?? {}, text) };
  } catch (error) {
    if (error instanceof UsageError) return "refused";
    throw error;
  }
}

/** The same for the way that pgleash takes. The variables are those of this process, as the driver would see them. */
async function seenByUs({ text, flags, variables, home }: Filled): Promise<string> {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const taken = takeVariables(process.env);
  const given = wordsOf({ text, flags });
  if (given === "refused") return given;
  const { named } = given;
  const [result] = connectionsFromEnvironment({
    variables: named === undefined ? taken : { ...taken, DATABASE_URL: named },
    osUser: localUser,
    homeFolder: join(folder, home),
    readFile: readConnectionFile,
    exists: await createFileLookup(undefined),
  });
  if (result === undefined || "problems" in result) return "refused";
  const deadline = startDeadline(20);
  const { settings } = result;
  const connected = await connect(settings, { deadline, lookTimeoutSeconds: 20 }).catch((error: unknown) => {
    if (error instanceof PostgresFailure) return undefined;
    throw error;
  });
  if (connected === undefined) return "refused";
  const { rows: found } = await connected.session.query(statement, [], { deadline, prepare: false });
  await connected.session.close();
  // psql tells the host that let it in. Where there are several, the port tells which it was.
  const host = settings.addresses.at(-1)?.host;
  return `${String(Object(found[0])["seen"])} ${host}`;
}

describe.each(installedPsql())("psql with libpq $libpq and pgleash agree", (psql) => {
  test.for(rows.filter(({ since = 0 }) => since <= psql.libpq))(
    "$text $flags.dbname $variables $home: $outcome",
    async (row) => {
      const ready = filled(row);
      const psqls = await seenByPsql(psql, ready);
      expect(outcomeOf(psqls)).toBe(row.outcome);
      expect(await seenByUs(ready)).toBe(psqls);
    },
  );
});

describe.each(installedPsql())("psql with libpq $libpq connects and pgleash refuses", (psql) => {
  test.for(stricter.filter(({ since = 0 }) => since <= psql.libpq))("$text $variables", async (row) => {
    const ready = filled(row);
    expect(outcomeOf(await seenByPsql(psql, ready))).toBe(row.outcome);
    expect(await seenByUs(ready)).toBe("refused");
  });
});

describe("with a certificate that has expired", () => {
  beforeAll(async () => postgres.serve(await authority.sign("DNS:localhost", { isExpired: true })));
  afterAll(() => postgres.serve(certificate));

  describe.each(installedPsql())("psql with libpq $libpq and pgleash agree", (psql) => {
    test.for(rowsOfExpired)("$text: $outcome", async (row) => {
      const ready = filled(row);
      const psqls = await seenByPsql(psql, ready);
      expect(outcomeOf(psqls)).toBe(row.outcome);
      expect(await seenByUs(ready)).toBe(psqls);
    });
  });
});

test("the table is as long as it should be", () => {
  expect(rows.length).toBeGreaterThan(150);
});

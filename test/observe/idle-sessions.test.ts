import type { Sql } from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import type { SessionGroup } from "../../src/observe/snapshot.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { neverAges, openLooker, transactionAges, type Looker } from "./looker.ts";
import { connectRaw } from "./raw-client.ts";

describe.each(postgresMajors())("idle sessions of PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let looker: Looker;
  let clients: Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major, { max_connections: "80" });
    looker = await openLooker(server);
  });
  afterEach(async () => {
    const admin = connectTo(server, { applicationName: "admin" });
    await admin.unsafe(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND application_name NOT IN ('admin', 'pgleash')`,
    );
    await Promise.all([admin, ...clients].map((client) => client.end({ timeout: 0 })));
    clients = [];
    await waitFor("everybody to be gone", async () => (await looker.look()).groups.length === 0);
  });
  afterAll(async () => {
    await looker.close();
    await server.remove();
  });

  /** A session that ran these statements, one after the other; resolves to its pid. */
  async function connect(applicationName: string, ...statements: readonly string[]): Promise<number> {
    const client = connectTo(server, { applicationName });
    clients.push(client);
    const [row] = await client.unsafe<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
    for (const statement of statements) await client.unsafe(statement);
    return row?.pid ?? 0;
  }

  async function pidsOf(request: Parameters<Looker["look"]>[0]): Promise<readonly number[]> {
    return (await looker.look(request)).candidates.map(({ id }) => id.pid);
  }

  test("are no candidates while nobody asks for them", async () => {
    await connect("web");
    expect(await pidsOf({})).toEqual([]);
  });

  test("that were never used are candidates by an age of their own", async () => {
    const used = await connect("used");
    const unused = await connectRaw(server, { application_name: "unused" });
    const ages = { ...neverAges, neverUsedSeconds: 0 };
    const { candidates } = await looker.look({ ages });
    expect(candidates).toMatchObject([
      { applicationName: "unused", state: "idle", queryStart: null, statement: null },
    ]);
    expect(await pidsOf({ ages: { ...neverAges, neverUsedSeconds: 3600 } })).toEqual([]);
    expect(await pidsOf({ ages: { ...neverAges, idleSeconds: 0 } })).toContain(used);
    unused.close();
  });

  test("are candidates by the time since they last moved", async () => {
    const pid = await connect("web");
    const ages = { ...neverAges, idleSeconds: 0 };
    const [backend] = (await looker.look({ ages })).candidates;
    expect(backend).toMatchObject({
      id: { pid },
      state: "idle",
      statement: { head: "SELECT pg_backend_pid() AS pid", tail: null, isCut: false },
      xidAge: null,
      xminAge: null,
    });
    expect(await pidsOf({ ages: { ...ages, idleSeconds: 3600 } })).toEqual([]);
  });

  test("count as quiet from some age on, and so do transactions, but nobody at work", async () => {
    await connect("web");
    await connect("web");
    await connect("forgetful", "BEGIN");
    await connect("failed", "BEGIN", "SELECT 1/0").catch(() => undefined);
    const worker = connectTo(server, { applicationName: "busy" });
    clients.push(worker);
    worker.unsafe("SELECT pg_sleep(600)").catch(() => undefined);
    await waitFor(
      "the busy one",
      async () => groupOf((await looker.look()).groups, "busy")?.state === "active",
    );
    const quiet = await looker.look({ ages: { ...neverAges, quietSeconds: 0 } });
    expect(groupOf(quiet.groups, "web")).toMatchObject({ sessions: 2, quietSessions: 2 });
    expect(groupOf(quiet.groups, "forgetful")).toMatchObject({ sessions: 1, quietSessions: 1 });
    expect(groupOf(quiet.groups, "failed")).toMatchObject({ sessions: 1, quietSessions: 1 });
    expect(groupOf(quiet.groups, "busy")).toMatchObject({ sessions: 1, quietSessions: 0 });
    const calm = await looker.look({ ages: { ...neverAges, quietSeconds: 3600 } });
    expect(calm.groups.map(({ quietSessions }) => quietSessions)).toEqual([0, 0, 0, 0]);
  });

  test("of an overgrown application are sampled, those first that fell quiet last", async () => {
    for (let n = 0; n < 22; n += 1) await connect("grown", `SELECT ${n}`);
    const last = await connect("grown");
    const ages = { ...neverAges, quietSeconds: 0 };
    const sampled = await looker.look({ ages, sampledApplications: ["grown"] });
    expect(sampled.candidates).toHaveLength(20);
    expect(sampled.coverage.candidatesCut).toBe(0);
    expect(sampled.candidates.map(({ id }) => id.pid)).toContain(last);
    const statements = sampled.candidates.map(({ statement }) => statement?.head);
    const latest = Array.from({ length: 19 }, (_, n) => `SELECT ${n + 3}`);
    expect(new Set(statements)).toEqual(new Set([...latest, "SELECT pg_backend_pid() AS pid"]));
    const moving = { ...neverAges, quietSeconds: 3600 };
    expect(await pidsOf({ ages: moving, sampledApplications: ["grown"] })).toEqual([]);
  });

  test("are sampled of each application alike, behind PgBouncer as well, and of no other one", async () => {
    const alone = await connect("rare");
    const pooled = await connect("pooled - 10.0.0.7:54594");
    for (let n = 0; n < 21; n += 1) await connect("many");
    await connect("other");
    await connect("manyfold");
    const { candidates } = await looker.look({
      ages: { ...neverAges, quietSeconds: 0 },
      sampledApplications: ["many", "rare", "pooled", "none"],
    });
    expect(candidates).toHaveLength(20);
    expect(candidates.map(({ id }) => id.pid)).toEqual(expect.arrayContaining([alone, pooled]));
    expect(new Set(candidates.map(({ applicationName }) => applicationName))).toEqual(
      new Set(["many", "rare", "pooled"]),
    );
  });

  test("are sampled of each pool alike where several have an application in common", async () => {
    const admin = connectTo(server);
    await admin.unsafe("CREATE ROLE rare LOGIN");
    await admin.end();
    const client = connectTo(server, { applicationName: "grown", user: "rare" });
    clients.push(client);
    await client.unsafe("SELECT 'rare'");
    for (let n = 0; n < 21; n += 1) await connect("grown");
    const request = { ages: { ...neverAges, quietSeconds: 0 }, sampledApplications: ["grown"] };
    const { candidates } = await looker.look(request);
    expect(candidates).toHaveLength(20);
    expect(candidates.filter(({ usename }) => usename === "rare")).toHaveLength(1);
  });

  test.for(["]', (SELECT 1)", `"quoted" 'and' \\ more`, "{a,b}", "%s $10 ?", "été 日本 \u0000 \uD800"])(
    "of an application named %j are asked for without harm",
    async (name) => {
      const isAscii = /^[ -~]*$/.test(name);
      await connect(isAscii ? name : "plain");
      const { candidates } = await looker.look({
        ages: { ...neverAges, quietSeconds: 0 },
        sampledApplications: [name],
      });
      expect(candidates.map(({ applicationName }) => applicationName)).toEqual(isAscii ? [name] : []);
    },
  );

  test("never take the place of a transaction, nor of who is followed", async () => {
    const rested = await connect("web");
    const sampled = await connect("grown");
    const transaction = await connect("job", "BEGIN");
    const followed = await connect("followed");
    const request = {
      ages: { ...transactionAges, idleSeconds: 0, quietSeconds: 0 },
      sampledApplications: ["grown"],
      followedPids: [followed],
    };
    expect(await pidsOf(request)).toEqual([followed, transaction, sampled, rested]);
    for (const candidates of [1, 2, 3]) {
      const { coverage } = await looker.look({ ...request, limits: { candidates, groups: 100 } });
      expect(coverage.candidatesCut).toBe(4 - candidates);
      expect(await pidsOf({ ...request, limits: { candidates, groups: 100 } })).toEqual(
        [followed, transaction, sampled].slice(0, candidates),
      );
    }
  });

  test("behind PgBouncer are those of one application", async () => {
    await connect("web - 10.0.0.7:54594");
    await connect("web - 10.0.0.8:54595");
    const { groups, candidates } = await looker.look({ ages: { ...neverAges, idleSeconds: 0 } });
    expect(groups).toMatchObject([{ applicationName: "web", sessions: 2, clientAddr: null }]);
    expect(candidates.map(({ pooledClientAddr }) => pooledClientAddr)).toEqual(["10.0.0.7", "10.0.0.8"]);
  });

  test("are grouped by client where somebody asks for it", async () => {
    const pretender = await openPretender();
    await connect("10.0.0.7");
    await connect("10.0.0.7");
    await connect("2001:db8::1");
    await connect("");
    expect(addressesOf((await pretender.look({ groupsByClient: true })).groups)).toEqual([
      "1 at 2001:db8::1",
      "1 at null",
      "2 at 10.0.0.7",
    ]);
    const together = await pretender.look();
    expect(together.groups).toMatchObject([{ clientAddr: null, sessions: 4 }]);
    const folded = await pretender.look({ groupsByClient: true, limits: { candidates: 100, groups: 1 } });
    expect(addressesOf(folded.groups)).toEqual(["2 at 10.0.0.7", "2 at null"]);
    await pretender.close();
  });

  /** Our sockets have no address: this looker is shown the application name in its place. */
  async function openPretender(): Promise<Looker> {
    const admin = connectTo(server);
    await admin.unsafe("CREATE SCHEMA pretence");
    await admin.unsafe("CREATE TABLE pretence.activity AS SELECT * FROM pg_stat_get_activity(NULL) LIMIT 0");
    await admin.unsafe(`CREATE FUNCTION pretence.pg_stat_get_activity(int) RETURNS SETOF pretence.activity
      LANGUAGE sql AS $$
        SELECT (jsonb_populate_record(a::pretence.activity, jsonb_build_object(
          'client_addr', NULLIF(a.application_name, ''), 'application_name', 'web'))).*
        FROM (SELECT * FROM pg_catalog.pg_stat_get_activity($1)
              WHERE backend_type = 'client backend' AND application_name <> 'pgleash') AS a
      $$`);
    await admin.end();
    const pretender = await openLooker(server);
    const options = { deadline: startDeadline(5), prepare: false };
    await pretender.session.query(
      "SELECT set_config('search_path', 'pretence, pg_catalog', false)",
      [],
      options,
    );
    return pretender;
  }
});

function groupOf(groups: readonly SessionGroup[], applicationName: string): SessionGroup | undefined {
  return groups.find((group) => group.applicationName === applicationName);
}

function addressesOf(groups: readonly SessionGroup[]): readonly string[] {
  return groups.map(({ clientAddr, sessions }) => `${sessions} at ${clientAddr}`).toSorted();
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startDeadline } from "../../src/postgres/deadline.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { openSession } from "../../src/postgres/session.ts";
import type { SecretSource } from "../../src/postgres/settings.ts";
import { aConnection } from "../support/a-connection.ts";
import { listen, type Listener } from "../support/fake-postgres.ts";
import { fuzzRuns } from "../support/fuzz-runs.ts";
import {
  dataRow,
  int16,
  int32,
  loginRequest,
  ready,
  rowDescription,
  serverMessage,
  welcome,
} from "../support/server-messages.ts";
import { waitFor } from "../support/wait-for.ts";

/** What a server answers each time that it is told something; then it hangs up. */
type Script = {
  readonly answers: readonly Buffer[];
  readonly password: SecretSource["type"];
  readonly prepare: boolean;
  readonly parameters: readonly string[];
};

const types = "12ACcDdEGHIKnNRSstTvVWZ3";
const body = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.uint8Array({ maxLength: 30 }))
    .map(([n, rest]) => Buffer.concat([int16(n), rest])),
);
const wild = fc
  .tuple(fc.constantFrom(...types.split("")), body)
  .map(([type, bytes]) => serverMessage(type, bytes));
const scram = loginRequest(10, "SCRAM-SHA-256\0\0");
const request = fc.oneof(
  fc.constantFrom(scram, loginRequest(3), loginRequest(5, "salt"), loginRequest(0), loginRequest(12, "v=x")),
  fc.constantFrom(1, 2, 2_000_000_000).map((rounds) => loginRequest(11, `r=x,s=YQ==,i=${rounds}`)),
);
const names = fc.array(fc.constantFrom("a", "b", "__proto__", ""), { maxLength: 3 });
/** int4, json, timestamptz, bytea, text. */
const oid = fc.constantFrom(23, 114, 1184, 17, 25);
const tame = fc.oneof(
  fc.tuple(names, oid).map(([columns, type]) => rowDescription(columns, type)),
  fc.array(fc.option(fc.string({ maxLength: 9 })), { maxLength: 3 }).map(dataRow),
  fc.array(oid, { maxLength: 3 }).map((oids) => serverMessage("t", int16(oids.length), ...oids.map(int32))),
  fc.constantFrom("1", "2", "n", "I").map((type) => serverMessage(type)),
  fc.constantFrom("SELECT 1", "BEGIN", "9", "").map((tag) => serverMessage("C", `${tag}\0`)),
  fc
    .constantFrom("ERROR", "FATAL")
    .map((severity) =>
      serverMessage("E", `S${severity}\0V${severity}\0C42501\0Mno\0RRevalidateCachedQuery\0\0`),
    ),
  fc.constant(ready),
);
const some = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> => fc.array(value, { maxLength: 5 });
const greeting = fc.oneof(
  { weight: 4, arbitrary: fc.constant([[welcome]]) },
  { weight: 2, arbitrary: fc.array(some(fc.oneof(request, fc.constant(welcome), wild)), { maxLength: 4 }) },
);
/** What an honest server answers, at once or in two steps, and its values may be of any type. */
const honest = fc
  .tuple(names, oid, fc.array(fc.constantFrom("1", "{}", "t", null), { maxLength: 4 }), fc.boolean())
  .map(([columns, type, values, isAtOnce]) => {
    const { described, rows } = honestReply(columns, type, values);
    return isAtOnce ? [[...described, ...rows]] : [described, rows];
  });
const reply = fc.oneof(
  { weight: 6, arbitrary: honest },
  { weight: 3, arbitrary: some(tame).map((messages) => [[...messages, ready]]) },
  { weight: 1, arbitrary: some(tame).map((messages) => [messages]) },
  { weight: 1, arbitrary: some(fc.oneof(tame, wild)).map((messages) => [[...messages, ready]]) },
);
const script: fc.Arbitrary<Script> = fc.record({
  answers: fc
    .tuple(greeting, fc.array(reply, { maxLength: 5 }))
    .map(([first, then]) => [...first, ...then.flat()].map((messages) => Buffer.concat(messages))),
  password: fc.constantFrom("given", "file"),
  prepare: fc.boolean(),
  parameters: fc.array(fc.constantFrom("x", "1"), { maxLength: 2 }),
});

/** What columns there are, and the rows. */
function honestReply(
  columns: readonly string[],
  type: number,
  values: readonly (string | null)[],
): Record<"described" | "rows", readonly Buffer[]> {
  const rows = values.map((value) => dataRow(columns.map(() => value)));
  return {
    described: [serverMessage("1"), serverMessage("t", int16(0)), rowDescription(columns, type)],
    rows: [serverMessage("2"), ...rows, serverMessage("C", "SELECT 1\0"), ready],
  };
}

let server: Listener;
let folder: string;
/** By the name of the database that it is asked for. */
const scripts = new Map<string, Script>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-hostile-"));
  await writeFile(join(folder, "password"), "hunter2", { mode: 0o600 });
  server = await listen(play);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function play(socket: Socket): void {
  let answers: Buffer[] | undefined;
  socket.on("data", (chunk) => {
    answers ??= [
      ...(scripts.get(/database\0([^\0]+)/.exec(chunk.toString("latin1"))?.[1] ?? "")?.answers ?? []),
    ];
    const answer = answers.shift();
    if (answer !== undefined) socket.write(answer);
    if (answers.length === 0) socket.destroySoon();
  });
}

/** What became of three queries: how many had a reply, and what the others failed with. */
async function session(
  database: string,
  { password, prepare, parameters }: Script,
  patienceSeconds = 0.5,
): Promise<readonly unknown[]> {
  const settings = aConnection(
    { host: "127.0.0.1", port: server.port },
    {
      database,
      password:
        password === "given"
          ? { type: "given", secret: "hunter2" }
          : { type: "file", path: join(folder, "password") },
    },
  );
  const opened = openSession(settings, { address: settings.addresses[0], isEncrypted: false });
  const ends: unknown[] = [];
  for (let query = 0; query < 3; query += 1) {
    const options = { deadline: startDeadline(patienceSeconds), prepare };
    ends.push(await opened.query("SELECT $1, $2", parameters, options).catch((error: unknown) => error));
  }
  await opened.close();
  return ends;
}

// What throws where nobody can catch it fails the whole run; what hangs never comes to an end.
test("whatever a server says, a session goes on or fails in words", { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(script, { minLength: 100, maxLength: 100 }), async (all) => {
      scripts.clear();
      all.forEach((each, index) => scripts.set(`db${index}`, each));
      const ends = (await Promise.all(all.map((each, index) => session(`db${index}`, each)))).flat();
      const failures = ends.filter((end) => end instanceof Error);
      expect(
        failures.filter((failure) => !(failure instanceof PostgresFailure) || failure.message === ""),
      ).toEqual([]);
      await waitFor("all connections to be gone", () => server.open() === 0);
    }),
    { numRuns: fuzzRuns("serverReplies") / 100 },
  );
});

// Were nobody let in, nothing above would be said of replies.
test("what an honest server says is a reply", async () => {
  const { described, rows } = honestReply(["a"], 23, ["1"]);
  const answers = [welcome, Buffer.concat([...described, ...rows])];
  const honestScript: Script = { answers, password: "given", prepare: true, parameters: ["x", "1"] };
  scripts.set("honest", honestScript);
  const [first] = await session("honest", honestScript, 20);
  expect(first).toMatchObject({ rows: [{ a: 1 }] });
});

// A command that is run under "pgleash check": plays the acts that its words name, one after the other. It connects as PGHOST,
// PGPORT, PGUSER and PGDATABASE say.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import postgres from "postgres";

function connect(applicationName, max = 1) {
  const connection = applicationName === undefined ? {} : { application_name: applicationName };
  return postgres({ max, fetch_types: false, onnotice: () => {}, connection });
}

/** On a session of its own, so that the others stay as they are. */
async function serverSleeps(seconds) {
  const sql = connect("test_slow");
  await sql`SELECT pg_sleep(${seconds})`;
  await sql.end();
}

/** A session that is idle in a transaction. */
async function inTransaction(applicationName) {
  const session = connect(applicationName);
  await session`BEGIN`;
  await session`SELECT 'a secret' AS word /*route='/checkout'*/`;
  return session;
}

const acts = {
  async clean() {
    const sql = connect("test_clean");
    await sql.begin((transaction) => transaction`SELECT 1`);
    await sql.end();
  },
  async forget() {
    await inTransaction("test_checkout_leaks");
    await serverSleeps(2);
  },
  async forgetWithOrders() {
    await inTransaction("##[stop-commands]x");
    await serverSleeps(2);
  },
  async abort() {
    const session = await inTransaction("test_refund_leaks");
    await session`SELECT 1 / 0`.catch(() => undefined);
    await serverSleeps(2);
  },
  async hold() {
    const session = await inTransaction("test_slow_checkout");
    await serverSleeps(2);
    await session`COMMIT`;
    await session.end();
  },
  async forgetAtTheEnd() {
    await inTransaction("test_checkout_leaks");
    await serverSleeps(3);
  },
  /** For a look or more, and for less than anybody is blamed for. */
  async forgetBriefly() {
    await inTransaction("test_brief");
    await serverSleeps(0.7);
  },
  /** Long enough to be seen: under a name, and under that of the environment. */
  async named() {
    await serverSleeps(0.4);
  },
  async unnamed() {
    const sql = connect();
    await sql`SELECT pg_sleep(0.4)`;
    await sql.end();
  },
  async untagged() {
    await inTransaction();
    await serverSleeps(2);
  },
  async rest() {
    await connect("test_pool")`SELECT 1`;
    await serverSleeps(2);
  },
  async prepare() {
    const sql = connect("test_two_phases");
    await sql.unsafe("BEGIN; SELECT txid_current(); PREPARE TRANSACTION 'order 4711'");
    await sql.end();
  },
  async requests() {
    const pool = connect("test_load", 20);
    const request = (number) =>
      pool.begin(async (transaction) => {
        const [row] = await transaction`SELECT ${number}::int AS number`;
        await new Promise((resolve) => setImmediate(resolve));
        await transaction`SELECT 1`;
        return row.number;
      });
    const answers = await Promise.all(Array.from({ length: 1000 }, (_unit, index) => request(index)));
    process.stdout.write(`${answers.length} answers\n`);
    await pool.end();
  },
  /** Leaves a process behind, as a web server or a worker would be. */
  async worker() {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "serve"], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    for await (const line of createInterface(child.stdout)) if (line === "ready") break;
    child.stdout.destroy();
    child.unref();
  },
  /** Until its session is ended. */
  async serve() {
    const sql = postgres({
      max: 1,
      fetch_types: false,
      connection: { application_name: "test_worker" },
      onclose: () => process.exit(),
    });
    await sql`SELECT 1`;
    process.stdout.on("error", () => {});
    process.stdout.write("ready\n");
    await new Promise(() => {});
  },
  async wait() {
    await inTransaction("test_interrupted");
    process.once("SIGTERM", () => {
      process.stdout.write("cleaning up\n");
      process.exit(9);
    });
    await serverSleeps(2);
    process.stdout.write("waiting\n");
    await serverSleeps(60);
  },
  async fail() {
    process.exitCode = 5;
  },
};

for (const act of process.argv.slice(2)) await acts[act]();
process.exit();

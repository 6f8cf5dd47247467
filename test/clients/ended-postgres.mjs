/** What postgres.js sees of the end of its session. */
import postgres from "postgres";

import { applicationName, endOf, play, tell, wait } from "./witness.mjs";

const sql = postgres({
  max: 1,
  connection: { application_name: applicationName },
  onclose: () => tell({ told: "onclose" }),
});

const whoAmI = "SELECT pg_backend_pid() AS pid";

/** The next statement of a transaction that is thought to be open. */
async function goOn(session, pid) {
  const [now] = await session.unsafe(whoAmI);
  if (now.pid !== pid) throw new Error("it ran in another session, outside the transaction");
}

async function meanwhile() {
  tell({ others: await endOf(() => sql`SELECT 1`) });
}

async function inUse(before = async () => {}) {
  const session = await sql.reserve();
  await session`BEGIN`;
  const [{ pid }] = await session.unsafe(whoAmI);
  tell({ pid });
  await wait();
  await before();
  tell({ next: await endOf(() => goOn(session, pid)) });
  session.release();
  tell({ after: await endOf(() => sql`SELECT 1`) });
}

async function inBegin(before = async () => {}) {
  const begun = sql.begin(async (transaction) => {
    const [{ pid }] = await transaction.unsafe(whoAmI);
    tell({ pid });
    await wait();
    await before();
    tell({ next: await endOf(() => goOn(transaction, pid)) });
    tell({ after: await endOf(() => sql`SELECT 1`) });
    process.exit(0);
  });
  tell({ told: `begin: ${await endOf(() => begun)}` });
  await new Promise(() => {}); // what began in it goes on
}

async function atRest() {
  const { state } = await sql`SELECT 1`;
  tell({ pid: state.pid });
  await wait();
  tell({ next: await endOf(() => sql`SELECT 1`) });
  tell({ after: await endOf(() => sql`SELECT 1`) });
}

async function running() {
  const { state } = await sql`SELECT 1`;
  tell({ pid: state.pid });
  tell({ next: await endOf(() => sql`SELECT pg_sleep(60)`) });
  tell({ after: await endOf(() => sql`SELECT 1`) });
}

await play({
  "in-use": () => inUse(),
  "in-use, others first": () => inUse(meanwhile),
  "in-begin": () => inBegin(),
  "in-begin, others first": () => inBegin(meanwhile),
  "at-rest": atRest,
  running,
});
